package app

var rightRoutes []*route
