// Package peerdns finds the addresses of members.
//
// In Kubernetes a member has a name for good and an address for as long as its
// pod lives. What DNS says of it is some seconds old, both that it is at an
// address and that it is not there; and of the servers for DNS some may be on
// a node that was just lost, so that half of all questions have no answer. So
// members remember where they reached each other, and ask DNS about those
// alone that they have not reached, or not any more.
package peerdns

import (
	"context"
	"net"
	"net/netip"
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

// Book is where members are. A nil one remembers nothing, and has no resolver.
// Its methods may be called concurrently.
type Book struct {
	domain string
	dns    func(ctx context.Context, host string) ([]netip.Addr, error)
	asking singleflight.Group

	mutex sync.Mutex
	met   map[string]netip.Addr
	// answers are those of DNS.
	answers map[string]answer
}

// answer is what DNS said of a name.
type answer struct {
	addresses []netip.Addr
	err       error
	// until is when DNS has to be asked again.
	until time.Time
}

// New makes a book of the members whose names are in domain, as labels of
// their own before it.
func New(domain string) *Book {
	system := &net.Resolver{PreferGo: true}
	return &Book{
		domain: domain, met: map[string]netip.Addr{}, answers: map[string]answer{},
		dns: func(ctx context.Context, host string) ([]netip.Addr, error) {
			return system.LookupNetIP(ctx, "ip", host)
		},
	}
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
	b.met[host] = at.Addr().Unmap()
}

// At is where it is noted that the member called host was met, the zero
// address if it was not.
func (b *Book) At(host string) netip.Addr {
	if b == nil {
		return netip.Addr{}
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.met[host]
}

// Missed notes that the member called host is not at this address, which At
// said. If it was met elsewhere meanwhile, that stays.
func (b *Book) Missed(host string, at netip.Addr) {
	if b == nil {
		return
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.met[host] == at {
		delete(b.met, host)
	}
}

// find is where host is, a member or any other: a whole name, without the dot
// at the end.
func (b *Book) find(ctx context.Context, host string) ([]netip.Addr, error) {
	member := b.member(host)
	name := member
	if member == "" {
		name = host + "."
	} else if known, ok := b.known(member); ok {
		return known.addresses, known.err
	}
	asked := b.asking.DoChan(name, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.Background(), lookupTimeout)
		defer cancel()
		addresses, err := b.dns(ctx, name)
		said := answer{addresses, err, time.Now().Add(answerLife)}
		if member != "" {
			b.learn(member, said)
		}
		return said, nil
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-asked:
		if at := b.At(member); at.IsValid() {
			return []netip.Addr{at}, nil // it was met while DNS was asked
		}
		said := result.Val.(answer)
		return said.addresses, said.err
	}
}

// known is what needs no question to DNS.
func (b *Book) known(member string) (answer, bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if at, ok := b.met[member]; ok {
		return answer{addresses: []netip.Addr{at}}, true
	}
	said, ok := b.answers[member]
	return said, ok && time.Now().Before(said.until)
}

func (b *Book) learn(member string, said answer) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.answers[member] = said
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
