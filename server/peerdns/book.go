// Package peerdns finds the addresses of members.
//
// In Kubernetes a member has a name for good and an address for as long as its
// pod lives. What DNS says of it is some seconds old, both that it is at an
// address and that it is not there; and of the servers for DNS some may be on
// a node that was just lost, so that half of all questions have no answer. So
// members remember where they last met each other, which they know first, and
// ask DNS about those alone that they have not met.
package peerdns

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	// answerLife is how long an answer of DNS is used again, also that there is
	// no such name: etcd looks a member up for each message that it cannot send
	// it, a hundred times a second and more.
	answerLife = 500 * time.Millisecond
	// lookupTimeout is how long DNS may take. Whoever asks may wait less, and
	// hear the answer when they ask again.
	lookupTimeout = 10 * time.Second
)

// Book is where members are. A nil one remembers nothing, and must not be
// asked. Its methods may be called concurrently.
type Book struct {
	domain string
	dns    func(ctx context.Context, host string) ([]netip.Addr, error)
	asking singleflight.Group

	mutex   sync.Mutex
	entries map[string]entry
}

// entry is what is known of a member.
type entry struct {
	addresses []netip.Addr
	err       error
	// until is when DNS has to be asked again; never is of a member that was met.
	until time.Time
}

// New makes a book of the members whose names are in domain, as labels of
// their own before it.
func New(domain string) *Book {
	system := &net.Resolver{PreferGo: true}
	return &Book{domain: domain, entries: map[string]entry{}, dns: func(ctx context.Context, host string) ([]netip.Addr, error) {
		return system.LookupNetIP(ctx, "ip", host)
	}}
}

// Met notes that the member called host took a connection at remote, which is
// an address and a port, and showed its certificate. Whoever is no member is
// not noted.
func (b *Book) Met(host, remote string) {
	at, err := netip.ParseAddrPort(remote)
	if b == nil || err != nil || b.member(host) != host {
		return
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.entries[host] = entry{addresses: []netip.Addr{at.Addr().Unmap()}}
}

// Has reports whether it is noted that the member called host is at address.
func (b *Book) Has(host string, address netip.Addr) bool {
	if b == nil {
		return false
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	known, ok := b.entries[host]
	return ok && known.until.IsZero() && slices.Contains(known.addresses, address.Unmap())
}

// Missed notes that the member called host was not found where it should be.
func (b *Book) Missed(host string) {
	if b == nil {
		return
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.entries[host].until.IsZero() {
		delete(b.entries, host)
	}
}

// find is where host is, a member or any other: a whole name, without the dot
// at the end.
func (b *Book) find(ctx context.Context, host string) ([]netip.Addr, error) {
	member := b.member(host)
	if member == "" {
		return b.dns(ctx, host+".")
	}
	if known, ok := b.known(member); ok {
		return known.addresses, known.err
	}
	asked := b.asking.DoChan(member, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.Background(), lookupTimeout)
		defer cancel()
		addresses, err := b.dns(ctx, member)
		return b.learn(member, entry{addresses, err, time.Now().Add(answerLife)}), nil
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case answer := <-asked:
		learned := answer.Val.(entry)
		return learned.addresses, learned.err
	}
}

func (b *Book) known(member string) (entry, bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	known, ok := b.entries[member]
	return known, ok && (known.until.IsZero() || time.Now().Before(known.until))
}

// learn keeps an answer of DNS, unless the member was met meanwhile.
func (b *Book) learn(member string, answer entry) entry {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if known, ok := b.entries[member]; ok && known.until.IsZero() {
		return known
	}
	b.entries[member] = answer
	return answer
}

// member is the name of the member that host means, empty if it means none. A
// resolver first tries a name within the domains it searches.
func (b *Book) member(host string) string {
	label, rest, found := strings.Cut(host, ".")
	if !found || label == "" || rest != b.domain && !strings.HasPrefix(rest, b.domain+".") {
		return ""
	}
	return label + "." + b.domain
}
