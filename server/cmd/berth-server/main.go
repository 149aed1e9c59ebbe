// Command berth-server stores JSON documents behind a REST interface.
//
// It takes no arguments but --help, --version and, beside a server that runs,
// those of actions on the cluster: settings come from the environment. It exits
// with 0 when it was told to stop and has answered every request; with 1 when
// it could not start, failed, or had to cut off requests; with 2 when a setting
// or an argument is wrong.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"text/tabwriter"

	"example.com/berth/settings"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version = "dev"

const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	if len(os.Args) == 1 { // it is to serve
		coalesceTimers()
	}
	os.Exit(run(os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

func run(arguments, environ []string, stdout, stderr io.Writer) int {
	var do *action
	var member string
	for _, argument := range arguments {
		found, about := findAction(argument)
		switch {
		case found != nil && do == nil:
			do, member = found, about
		case argument == "--help" || argument == "-help" || argument == "-h":
			printHelp(stdout)
			return 0
		case argument == "--version" || argument == "-version":
			fmt.Fprintf(stdout, "berth-server %s (%s)\n", version, runtime.Version())
			return 0
		default:
			fmt.Fprintf(stderr, "berth-server: argument %q is not known; allowed: --help, --version, or one of %s\n", argument, actionArguments(", "))
			return exitUsage
		}
	}
	s, err := settings.Read(environ)
	if err != nil {
		fmt.Fprintf(stderr, "berth-server: %v\n", err)
		return exitUsage
	}
	if do != nil {
		if err := administer(s, do, member, stdout); err != nil {
			fmt.Fprintf(stderr, "berth-server: %v\n", err)
			return exitFailed
		}
		return 0
	}
	log := slog.New(slog.NewJSONHandler(stderr, &slog.HandlerOptions{Level: s.LogLevel}))
	// A second signal hurries: see serve.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	defer signal.Stop(signals)
	if err := serve(context.Background(), s, log, signals); err != nil {
		log.Error("stopped", "error", err)
		return exitFailed
	}
	return 0
}

func printHelp(w io.Writer) {
	fmt.Fprintf(w, `berth-server stores JSON documents behind a REST interface.

Usage: berth-server [--help | --version | %s]

Actions on the cluster are run in the container of a member and start no server:

`, actionArguments(" | "))
	for _, one := range actions {
		fmt.Fprintf(w, "  %s\n  \t%s\n", one.argument, one.meaning)
	}
	fmt.Fprint(w, `
Settings are environment variables; any other that starts with BERTH_ is refused.

`)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, setting := range settings.All() {
		standard := setting.Default
		if standard == "" {
			standard = "(empty)"
		}
		fmt.Fprintf(table, "  %s\t%s\n  \tAllowed: %s. Default: %s\n", setting.Name, setting.Meaning, setting.Allowed, standard)
	}
	table.Flush()
	fmt.Fprint(w, `
Exit status: 0 stopped when told to, 1 failed or had to cut off requests, 2 wrong setting or argument.
`)
}
