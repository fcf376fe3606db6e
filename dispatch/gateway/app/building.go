package app

var buildingRoutes []*route
