package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// help prints --help with the settings that the command reads, which its `reads`
// tag names by group or by flag; the command line without a command reads none.
// Every command takes every setting, so that one environment and one file serve
// them all, but forty settings above the six flags of `token` would hide those.
// `serve --help` shows all of them.
func help(options kong.HelpOptions, ctx *kong.Context) error {
	reads := read(ctx.Selected())
	for _, flag := range ctx.Model.Flags {
		flag.Hidden = flag.Tag.Get("setting") != "" && !slices.Contains(reads, flag.Name) &&
			!(flag.Group != nil && slices.Contains(reads, flag.Group.Key))
	}
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	if ctx.Selected() == nil || ctx.Selected().Name != "serve" {
		_, err := fmt.Fprintln(ctx.Stdout, "\nEvery setting, with its default: gatehouse serve --help")
		return err
	}
	return nil
}

// read is the value of a command's `reads` tag, or of the command that it is a
// part of.
func read(command *kong.Node) []string {
	for ; command != nil; command = command.Parent {
		if command.Tag != nil && command.Tag.Has("reads") {
			return strings.Split(command.Tag.Get("reads"), ",")
		}
	}
	return nil
}
