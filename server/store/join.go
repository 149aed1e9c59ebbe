package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"go.etcd.io/etcd/server/v3/embed"

	"example.com/berth/contract"
	"example.com/berth/membership"
)

// askEvery is how often the other members are asked while this one waits.
// Tests shorten it.
var askEvery = 500 * time.Millisecond

// firstAskAfter is how long a member with an empty volume waits before it asks
// the others. Where all start together, most names are not there yet, and DNS
// remembers for five seconds that one was missing (RFC 2308; CoreDNS caches
// what the cluster's own zone says). Tests shorten it.
var firstAskAfter = 2 * time.Second

// remindEvery is how often the log says again why a member waits.
const remindEvery = 30 * time.Second

// opening is a member on its way into a cluster.
type opening struct {
	options   Options
	directory string
	peers     peers
	local     *local
	log       *slog.Logger

	// owes is true if the data should have been compared and there was nobody
	// to compare it with: the next start has to.
	owes bool

	said   string
	saidAt time.Time
}

// open starts the member in the way that decide says, whenever it says one.
func (o *opening) open(ctx context.Context) (*embed.Etcd, error) {
	for first := true; ; first = false {
		log, err := findLog(o.directory, o.log)
		if err != nil {
			return nil, err
		}
		o.local.hasData.Store(log != nil)
		if first && log == nil && o.options.Replicas > 1 {
			if err := sleep(ctx, firstAskAfter); err != nil {
				return nil, err
			}
		}
		d := decide(situation{
			log: log, peers: o.peers, replicas: o.options.Replicas,
			answers: o.local.client.Ask(ctx, o.peers.others()),
		})
		switch d.start {
		case startExisting:
			// With no majority there, the others are as likely starting too:
			// all would wait for each other's answer, for seconds each.
			return o.start(embed.ClusterStateFlagExisting, "", d.via >= 0)
		case startAlone:
			o.log.Info("beginning a new cluster", "why", d.why)
			o.local.hasData.Store(true)
			return o.start(embed.ClusterStateFlagNew, initialCluster(o.peers, []membership.Member{{PeerURL: o.peers.url(o.peers.ordinal)}}), false)
		case startAfresh:
			o.log.Warn("removing the data of a member that is not in the cluster any more", "why", d.why)
			if err := discard(o.directory); err != nil {
				return nil, err
			}
			continue
		case startJoining:
			etcd, err := o.join(ctx, d.via)
			if err == nil {
				return etcd, nil
			}
			o.say("could not join the cluster yet", "via", o.peers.name(d.via), "error", err.Error())
		case startWaiting:
			o.say("waiting", "why", d.why)
		}
		if err := sleep(ctx, askEvery); err != nil {
			return nil, err
		}
	}
}

// say logs what is new, and what is not now and then.
func (o *opening) say(message string, pairs ...any) {
	// That a member waits is as it should be at first.
	level := slog.LevelInfo
	text := fmt.Sprint(message, pairs)
	if text == o.said {
		if time.Since(o.saidAt) < remindEvery {
			return
		}
		level = slog.LevelWarn
	}
	o.said, o.saidAt = text, time.Now()
	o.log.Log(context.Background(), level, message, pairs...)
}

// joinAttempts is how often a member that was let in tries to start before it
// asks to be let in again.
const joinAttempts = 20

// join is let in by another member, and starts. Others may be let in at the
// same time, and etcd starts only with the list as it is: so it may take some
// attempts.
func (o *opening) join(ctx context.Context, via int) (*embed.Etcd, error) {
	admission, err := o.local.client.Join(ctx, o.peers.membership(via), o.options.Name)
	if err != nil {
		return nil, err
	}
	o.log.Info("let into the cluster", "by", o.peers.name(via), "members", len(admission.Members))
	members := admission.Members
	for range joinAttempts {
		// What an attempt that failed left is no log, but must not be built on.
		if err = discard(o.directory); err != nil {
			return nil, err
		}
		o.local.hasData.Store(true)
		var etcd *embed.Etcd
		if etcd, err = o.start(embed.ClusterStateFlagExisting, initialCluster(o.peers, members), false); err == nil {
			return etcd, nil
		}
		o.local.hasData.Store(false)
		o.log.Debug("could not start with this list of members", "error", err)
		if e := sleep(ctx, askEvery); e != nil {
			return nil, e
		}
		if now := o.local.client.Ask(ctx, map[int]string{via: o.peers.membership(via)})[via]; now.Current {
			if !now.Has(admission.ID) {
				return nil, errors.New("taken off the list again before it could start")
			}
			members = now.Members
		}
	}
	return nil, err
}

// start starts the member. compare says that its data can be compared with
// that of the others first, which is done if it was not closed: it holds up
// every member, for as long as it takes to read the whole store.
func (o *opening) start(state, initial string, compare bool) (*embed.Etcd, error) {
	closed, err := unmarkClosed(o.directory)
	if err != nil {
		return nil, err
	}
	config, err := configure(o.options, o.directory, compare && !closed)
	if err != nil {
		return nil, err
	}
	hasData := state == embed.ClusterStateFlagExisting && initial == ""
	o.owes = hasData && !closed && !compare
	config.ClusterState = state
	if initial != "" {
		config.InitialCluster = initial
	}
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, fmt.Errorf("starting etcd in %s: %w", o.directory, err)
	}
	return etcd, nil
}

// initialCluster is a list of members in etcd's own form.
func initialCluster(p peers, members []membership.Member) string {
	parts := make([]string, len(members))
	for i, member := range members {
		parts[i] = p.name(p.ordinalOf(member.PeerURL)) + "=" + member.PeerURL
	}
	return strings.Join(parts, ",")
}

// clusterToken makes the ids of a new cluster and its first member unique: a
// cluster that is begun again after its volumes were lost is another one, and
// must not be taken for the first.
func clusterToken() string { return contract.Get.Name + "-" + rand.Text() }

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func dataDirectory(options Options) string { return filepath.Join(options.DataDirectory, "etcd") }
