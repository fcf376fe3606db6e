package app

var keyRoutes []*route

type madeKey struct{}
