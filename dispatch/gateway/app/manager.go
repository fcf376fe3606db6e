package app

var managerRoutes []*route
