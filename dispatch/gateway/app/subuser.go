package app

var subUserRoutes []*route
