package app

var preferenceRoutes []*route
