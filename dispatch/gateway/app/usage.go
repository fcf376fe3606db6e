package app

var usageRoutes []*route
