package app

var doorRoutes []*route
