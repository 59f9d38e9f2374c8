// Package handlers is the console over HTTP: routes.go is the one table of all routes and of
// who may use them, handlers.go puts their subjects together. Each subject has a package
// below; what a request is and how it is answered is in web, what follows the monitor in live.
//
// Every page is also data: with Accept: application/json it answers its view model, and every
// form takes its fields as JSON, under the same checks.
package handlers
