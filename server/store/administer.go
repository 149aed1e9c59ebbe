package store

import (
	"context"
	"errors"
	"fmt"

	"example.com/berth/membership"
)

// Administrator changes who is in the cluster, from a process beside one of
// its members. It opens no store.
type Administrator struct {
	peers  peers
	client *membership.Client
}

// MemberState is a member as the cluster knows it.
type MemberState struct {
	Name string `json:"name"`
	// Voter is false while the member has yet to catch up.
	Voter bool `json:"voter"`
	// Ready says that it answers, serves requests, and is to go on doing so.
	Ready bool `json:"ready"`
	// Retired says that it is not ready because it was told so.
	Retired bool `json:"retired"`
}

var errNoMajority = errors.New("no member knows of a majority; try again when a majority is ready")

// NewAdministrator takes options of a member that runs, in another process.
func NewAdministrator(options Options) (*Administrator, error) {
	p, err := newPeers(options)
	if err != nil {
		return nil, err
	}
	connect, err := options.PeerTLS.Connect(options.PeerDomain)
	if err != nil {
		return nil, err
	}
	return &Administrator{p, membership.NewClient(connect, nil)}, nil
}

// Members lists the cluster, by ordinal.
func (a *Administrator) Members(ctx context.Context) ([]MemberState, error) {
	answers := a.client.Ask(ctx, a.addresses())
	for _, answer := range answers {
		if !answer.Current {
			continue
		}
		var members []MemberState
		for ordinal := range mostMembers {
			for _, member := range answer.Members {
				if member.PeerURL == a.peers.url(ordinal) {
					members = append(members, MemberState{a.peers.name(ordinal), !member.Learner, answers[ordinal].Ready, answers[ordinal].Retired})
				}
			}
		}
		return members, nil
	}
	return nil, errNoMajority
}

// Retire tells the member called name to be unready and not to lead, for some
// minutes: what comes before Dismiss if no request is to fail.
func (a *Administrator) Retire(ctx context.Context, name string) error {
	ordinal, err := a.ordinal(name)
	if err != nil {
		return err
	}
	return a.client.Retire(ctx, a.peers.membership(ordinal))
}

// Dismiss takes the member called name off the list, and keeps it off for some
// minutes. It may be repeated, which prolongs that.
func (a *Administrator) Dismiss(ctx context.Context, name string) error {
	return a.by(ctx, name, a.client.Leave)
}

// Readmit lets the member called name be what it was: ready if it was retired,
// a member again if it was dismissed.
func (a *Administrator) Readmit(ctx context.Context, name string) error {
	if err := a.by(ctx, name, a.client.Return); err != nil {
		return err
	}
	// It need not be there: then it is not retired when it starts.
	ordinal := a.peers.ordinalNamed(name)
	if answer, there := a.client.Ask(ctx, map[int]string{0: a.peers.membership(ordinal)})[0]; there && answer.State == membership.Running {
		return a.client.Resume(ctx, a.peers.membership(ordinal))
	}
	return nil
}

// by asks a member that knows of a majority, other than the one called name.
func (a *Administrator) by(ctx context.Context, name string, ask func(ctx context.Context, address, name string) error) error {
	ordinal, err := a.ordinal(name)
	if err != nil {
		return err
	}
	addresses := a.addresses()
	delete(addresses, ordinal)
	for other, answer := range a.client.Ask(ctx, addresses) {
		if answer.Current {
			return ask(ctx, addresses[other], name)
		}
	}
	return errNoMajority
}

func (a *Administrator) ordinal(name string) (int, error) {
	ordinal := a.peers.ordinalNamed(name)
	if ordinal < 0 {
		return 0, fmt.Errorf("the member is %q; allowed: %s to %s", name, a.peers.name(0), a.peers.name(mostMembers-1))
	}
	return ordinal, nil
}

// addresses are of all members there can be.
func (a *Administrator) addresses() map[int]string {
	addresses := a.peers.others()
	addresses[a.peers.ordinal] = a.peers.membership(a.peers.ordinal)
	return addresses
}
