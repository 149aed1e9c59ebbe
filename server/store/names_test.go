package store

import (
	"net"
	"net/netip"
	"testing"

	"example.com/berth/peerdns"
)

// etcd cannot be given a resolver, so that what it uses is an observation, not
// a promise: DNS knows none of these members.
func TestMembersThatHaveMetFindEachOtherByNameWithoutDNS(t *testing.T) {
	book := peerdns.New(testDomain)
	system := net.DefaultResolver
	net.DefaultResolver = book.Resolver()
	t.Cleanup(func() { net.DefaultResolver = system })
	c := newTrialAlone(t)
	c.change = func(o *Options) {
		at := o.Addresses
		o.Book = book
		o.Addresses = func(name string) (string, string) {
			named := func(address string) string {
				_, port, err := net.SplitHostPort(address)
				if err != nil {
					t.Error(err)
				}
				return net.JoinHostPort(name+"."+testDomain, port)
			}
			peer, membership := at(name)
			return named(peer), named(membership)
		}
	}
	first := c.start(0, 1).ready()
	book.Met("berth-0."+testDomain, "127.0.0.1:1")
	put(t, first, "a", "a")
	second := c.start(1, 3)
	wantItems(t, second.ready(), "a")
	third := c.start(2, 3)
	wantItems(t, third.ready(), "a")
	wantVoters(t, first, 3)
	for _, name := range []string{"berth-1", "berth-2"} {
		if at := book.At(name + "." + testDomain); at != netip.MustParseAddr("127.0.0.1") {
			t.Errorf("%s is noted at %s", name, at)
		}
	}
	second.stop()
	wantItems(t, c.start(1, 3).ready(), "a")
	third.stop() // so that the others need each other
	put(t, first, "b", "b")
}
