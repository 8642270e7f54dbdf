package main

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// crossOrigin says which pages of other origins may call the API and read what
// it answers. The zero value lets in none. Cookies play no part: a page has to
// have a token, so credentials are never allowed.
type crossOrigin struct {
	// origins are let in exactly as written: https://app.example.com.
	origins []string
	// loopback lets in every page served from this machine; for dev.
	loopback bool
}

// allows reports whether a page of the origin may read answers.
func (c crossOrigin) allows(origin string) bool {
	return slices.Contains(c.origins, origin) || c.loopback && isLoopbackOrigin(origin)
}

// middleware answers preflights and marks the answers that a page may read. A
// request from an origin that is not let in is served like any other, since its
// page cannot read the answer, and cannot send JSON without a preflight.
func (c crossOrigin) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		preflight := r.Method == http.MethodOptions && origin != "" && r.Header.Get("Access-Control-Request-Method") != ""
		if c.allows(origin) {
			header.Set("Access-Control-Allow-Origin", origin)
			header.Set("Access-Control-Expose-Headers", "X-Request-Id, Retry-After, Content-Disposition")
		}
		if !preflight {
			next.ServeHTTP(w, r)
			return
		}
		header.Add("Vary", "Access-Control-Request-Method")
		header.Add("Vary", "Access-Control-Request-Headers")
		if !c.allows(origin) {
			problem(w, r, http.StatusForbidden, "FORBIDDEN", "Pages of this origin may not call this server. GATEHOUSE_CORS_ORIGINS names the ones that may.")
			return
		}
		header.Set("Access-Control-Allow-Methods", "GET, POST")
		header.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Request-Id")
		header.Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
	})
}

// isLoopbackOrigin reports whether an Origin header names a page served from
// this machine.
func isLoopbackOrigin(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Path != "" || u.RawQuery != "" {
		return false
	}
	return isLoopbackHost(u.Host)
}

// isLoopbackHost reports whether a Host header, with or without a port, names
// this machine itself. A name that a stranger's DNS answers with 127.0.0.1 does
// not.
func isLoopbackHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}
