package store

import (
	"fmt"
	"slices"
	"strconv"

	"example.com/berth/contract"
)

// peers knows where members are reached. Their names differ by the ordinal at
// the end, as those of a StatefulSet's pods do.
type peers struct {
	// base is what all names begin with, the hyphen included.
	base    string
	ordinal int
	domain  string
	// at is nil but in tests: where a member is reached, as host:port.
	at func(name string) (peer, membership string)
}

// mostMembers is how many members there can be, whatever this one was told:
// while the number changes, members are told different ones.
var mostMembers = slices.Max(contract.Get.Replicas)

func newPeers(options Options) (peers, error) {
	base, ordinal, ok := contract.Get.PodOrdinal(options.Name)
	if !ok {
		return peers{}, fmt.Errorf("the member's name is %q; allowed: a name that ends in -0 to -%d", options.Name, mostMembers-1)
	}
	return peers{base, ordinal, options.PeerDomain, options.Addresses}, nil
}

func (p peers) name(ordinal int) string { return p.base + strconv.Itoa(ordinal) }

// host is the name in the certificate of a member.
func (p peers) host(name string) string { return name + "." + p.domain }

// url is what a member is known by in the cluster's list.
func (p peers) url(ordinal int) string {
	name := p.name(ordinal)
	address := fmt.Sprintf("%s:%d", p.host(name), contract.Get.Ports.Peer.Number)
	if p.at != nil {
		address, _ = p.at(name)
	}
	return "https://" + address
}

func (p peers) membership(ordinal int) string {
	name := p.name(ordinal)
	if p.at != nil {
		_, address := p.at(name)
		return address
	}
	return fmt.Sprintf("%s:%d", p.host(name), contract.Get.Ports.Membership.Number)
}

// others are where all other members there can be are asked, by ordinal.
func (p peers) others() map[int]string {
	addresses := map[int]string{}
	for ordinal := range mostMembers {
		if ordinal != p.ordinal {
			addresses[ordinal] = p.membership(ordinal)
		}
	}
	return addresses
}

// ordinalOf is the ordinal of the member with this URL, -1 for none of ours.
func (p peers) ordinalOf(url string) int {
	for ordinal := range mostMembers {
		if p.url(ordinal) == url {
			return ordinal
		}
	}
	return -1
}

// ordinalNamed is the ordinal of the member with this name, -1 for none.
func (p peers) ordinalNamed(name string) int {
	for ordinal := range mostMembers {
		if p.name(ordinal) == name {
			return ordinal
		}
	}
	return -1
}
