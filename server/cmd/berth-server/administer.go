package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"example.com/berth/contract"
	"example.com/berth/peertls"
	"example.com/berth/settings"
	"example.com/berth/store"
)

// administerTimeout bounds the whole of an action.
const administerTimeout = 20 * time.Second

// action is a command that is run beside a server, in the container of a
// member, and starts none.
type action struct {
	// argument is how it is called, with the placeholder of its value.
	argument string
	meaning  string
	run      func(ctx context.Context, a *store.Administrator, member string, stdout io.Writer) error
}

var actions = []action{
	{"--members", "lists the members as JSON: their names, and who votes and is ready.",
		func(ctx context.Context, a *store.Administrator, _ string, stdout io.Writer) error {
			members, err := a.Members(ctx)
			if err != nil {
				return err
			}
			return json.NewEncoder(stdout).Encode(map[string]any{"members": members})
		}},
	{"--retire=MEMBER", "makes a member unready and another one the leader, for five minutes: it serves on, and no load balancer sends it more.",
		func(ctx context.Context, a *store.Administrator, member string, stdout io.Writer) error {
			return told(stdout, member+" is not ready any more", a.Retire(ctx, member))
		}},
	{"--dismiss=MEMBER", "takes a member out of the cluster for five minutes: the time to take away its pod. Its process ends.",
		func(ctx context.Context, a *store.Administrator, member string, stdout io.Writer) error {
			return told(stdout, member+" is not a member any more", a.Dismiss(ctx, member))
		}},
	{"--readmit=MEMBER", "lets a member in again that was dismissed, and makes it ready again if it was retired.",
		func(ctx context.Context, a *store.Administrator, member string, stdout io.Writer) error {
			return told(stdout, member+" may be a member again", a.Readmit(ctx, member))
		}},
}

func told(stdout io.Writer, done string, err error) error {
	if err == nil {
		fmt.Fprintln(stdout, done)
	}
	return err
}

// findAction is the action that argument calls, and the member it is about.
func findAction(argument string) (found *action, member string) {
	name, member, hasMember := strings.Cut(argument, "=")
	for i := range actions {
		wanted, _, takesMember := strings.Cut(actions[i].argument, "=")
		if name == wanted && hasMember == takesMember && (member != "") == takesMember {
			return &actions[i], member
		}
	}
	return nil, ""
}

func actionArguments(separator string) string {
	all := make([]string, len(actions))
	for i, one := range actions {
		all[i] = one.argument
	}
	return strings.Join(all, separator)
}

// administer runs an action. It shows the certificate of the server that runs
// beside it.
func administer(s settings.Settings, do *action, member string, stdout io.Writer) error {
	fail := func(err error) error {
		return fmt.Errorf("%s: %w", strings.Replace(do.argument, "MEMBER", member, 1), err)
	}
	if s.PeerDomain == "" {
		return fail(fmt.Errorf("%s is empty: there are no other members; allowed: to run this in the container of a member", contract.Get.Environment.PeerDomain))
	}
	ctx, cancel := context.WithTimeout(context.Background(), administerTimeout)
	defer cancel()
	a, err := store.NewAdministrator(store.Options{
		Name: s.PodName, PeerDomain: s.PeerDomain, PeerTLS: peertls.In(certificates(s)), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return fail(err)
	}
	if err := do.run(ctx, a, member, stdout); err != nil {
		return fail(err)
	}
	return nil
}
