package graphiql

// served are the assets that a browser may ask for, with their media types.
var served = map[string]string{
	"graphiql.min.js":             "text/javascript; charset=utf-8",
	"graphiql.min.css":            "text/css; charset=utf-8",
	"react.production.min.js":     "text/javascript; charset=utf-8",
	"react-dom.production.min.js": "text/javascript; charset=utf-8",
	"page.js":                     "text/javascript; charset=utf-8",
	"page.css":                    "text/css; charset=utf-8",
	"signin.js":                   "text/javascript; charset=utf-8",
	"token.js":                    "text/javascript; charset=utf-8",
}
