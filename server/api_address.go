package main

import (
	"errors"
	"fmt"
	"strings"

	"gatehouse/internal/client"
)

// apiAddress is where the commands that are clients of the API find the server.
type apiAddress struct {
	URL string `name:"url" setting:"GATEHOUSE_URL" default:"http://127.0.0.1:8080" help:"The server to talk to. The token is taken from GATEHOUSE_TOKEN, or from the file that GATEHOUSE_TOKEN_FILE names; a flag would be seen by other users of the machine."`
}

// connect makes the client. It refuses to send a token where others could read it.
func (c *apiAddress) connect(s *settings) (*client.Client, error) {
	if !isSafeURL(c.URL) {
		return nil, fmt.Errorf("GATEHOUSE_URL is %q; the token travels there, so it is an https URL without a user name (http on loopback only), such as https://gatehouse.example.com", c.URL)
	}
	token, err := resolveIn(s.variable, "GATEHOUSE_TOKEN", "_FILE", true)
	if err != nil {
		return nil, err
	}
	text, _ := token.(string)
	if text = strings.TrimSpace(text); text == "" {
		return nil, errors.New("GATEHOUSE_TOKEN is not set, so nobody is signed in: export GATEHOUSE_TOKEN with a token of your identity provider (in a clone, with make run elsewhere: GATEHOUSE_TOKEN=$(make token)), or name a file with it in GATEHOUSE_TOKEN_FILE")
	}
	return client.New(c.URL, text, client.Patient())
}
