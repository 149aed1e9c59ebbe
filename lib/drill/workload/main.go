// Command workload drives a server through its Ingress with many clients, and
// checks what they were answered.
//
//	workload run < settings.json   until SIGTERM; one line a second tells how it goes
//	workload check HISTORY DIR     writes the verdict as JSON; drawings of anomalies go to DIR
//
// It ends with 0 when it is done, whatever the verdict; with 1 when it could
// not do its work; with 2 for wrong arguments.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"berth/drill/check"
	"berth/drill/history"
	"berth/drill/load"
)

func main() {
	var err error
	switch arguments := os.Args[1:]; {
	case len(arguments) == 1 && arguments[0] == "run":
		err = run(os.Stdin, os.Stdout)
	case len(arguments) == 3 && arguments[0] == "check":
		err = checkFile(arguments[1], arguments[2], os.Stdout, os.Stderr)
	default:
		fmt.Fprintln(os.Stderr, "workload: allowed: run, or check HISTORY DIRECTORY")
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "workload:", err)
		os.Exit(1)
	}
}

// pulse is a line of progress.
type pulse struct {
	Requests int64 `json:"requests"`
	Failed   int64 `json:"failed"`
	// Done is true in the last line only, after the last look.
	Done bool `json:"done,omitempty"`
}

func run(in io.Reader, out io.Writer) error {
	var settings load.Settings
	if err := json.NewDecoder(in).Decode(&settings); err != nil {
		return fmt.Errorf("reading the settings: %w", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	r, err := load.Start(settings)
	if err != nil {
		return err
	}
	tell := json.NewEncoder(out)
	say := func(done bool) {
		requests, failed := r.Pulse().Counts()
		_ = tell.Encode(pulse{requests, failed, done})
	}
	ended := make(chan error, 1)
	go func() { ended <- r.Work(ctx) }()
	for ticks := time.Tick(time.Second); ; {
		select {
		case <-ticks:
			say(false)
		case err := <-ended:
			say(err == nil)
			return err
		}
	}
}

func checkFile(path, drawings string, out, progress io.Writer) error {
	_, operations, err := history.Read(path)
	if err != nil {
		return err
	}
	verdict := check.History(operations, check.Options{
		Patience: time.Minute, Drawings: drawings,
		Progress: func(done, of int) {
			if done%100 == 0 || done == of {
				fmt.Fprintf(progress, "%d of %d objects\n", done, of)
			}
		},
	})
	return json.NewEncoder(out).Encode(verdict)
}
