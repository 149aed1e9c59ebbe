package store

import (
	"io"
	"log"
	"math/rand/v2"
	"testing"

	"go.etcd.io/raft/v3"
	"go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"example.com/berth/membership"
)

// model is a cluster of Raft alone, in which chance decides what happens next.
type model struct {
	t      *testing.T
	chance *rand.Rand
	// careful is whether leaders step down that hear from no majority, and others
	// stand only where they could win, as etcd's do.
	careful bool
	// pace is how many messages arrive at most where one does. At a slow one
	// there is much between an election and what follows of it.
	pace    int
	members map[uint64]*modelled
	sent    []*raftpb.Message
	// away are those that are cut off from the rest, with each other.
	away map[uint64]bool
	// acknowledged is the highest index that any member has ever applied.
	acknowledged uint64
	reading      []*modelRead
	// read counts rounds that found an index, and behind those that found none
	// where a leader did not know of all that was acknowledged.
	read, behind int
}

type modelled struct {
	id            uint64
	raft          *raft.RawNode
	storage       *raft.MemoryStorage
	applied, term uint64
}

// modelRead is a round under way.
type modelRead struct {
	acknowledged uint64
	ask          []uint64
	standings    []membership.Standing
}

func newModel(t *testing.T, seed uint64) *model {
	m := &model{t: t, chance: rand.New(rand.NewPCG(seed, 0)), careful: seed%2 == 0, pace: []int{2, 3, 8}[seed%3], members: map[uint64]*modelled{}}
	for id := range uint64(5) {
		storage := raft.NewMemoryStorage()
		begin := &raftpb.Snapshot{Metadata: &raftpb.SnapshotMetadata{
			Index: new(uint64(1)), Term: new(uint64(1)), ConfState: &raftpb.ConfState{Voters: []uint64{1, 2, 3}},
		}}
		if err := storage.ApplySnapshot(begin); err != nil {
			t.Fatal(err)
		}
		m.members[id+1] = &modelled{id: id + 1, storage: storage}
		m.start(m.members[id+1])
	}
	return m
}

// start forgets all that a member has not stored.
func (m *model) start(member *modelled) {
	node, err := raft.NewRawNode(&raft.Config{
		ID: member.id, ElectionTick: 10, HeartbeatTick: 1, Storage: member.storage, Applied: 1, MaxSizePerMsg: 1 << 20, MaxInflightMsgs: 16,
		// Without these leaders are deposed late, and more often.
		CheckQuorum: m.careful, PreVote: m.careful,
		Logger: &raft.DefaultLogger{Logger: log.New(io.Discard, "", 0)},
	})
	if err != nil {
		m.t.Fatal(err)
	}
	member.raft, member.applied, member.term = node, 1, 0
}

// work stores and applies what a member has to, and sends what it has to say.
func (m *model) work(member *modelled) {
	for member.raft.HasReady() {
		ready := member.raft.Ready()
		if ready.HardState != nil {
			if err := member.storage.SetHardState(ready.HardState); err != nil {
				m.t.Fatal(err)
			}
		}
		if err := member.storage.Append(ready.Entries); err != nil {
			m.t.Fatal(err)
		}
		m.sent = append(m.sent, ready.Messages...)
		for _, entry := range ready.CommittedEntries {
			if entry.GetType() == raftpb.EntryConfChange {
				change := &raftpb.ConfChange{}
				if err := proto.Unmarshal(entry.GetData(), change); err != nil {
					m.t.Fatal(err)
				}
				member.raft.ApplyConfChange(change)
			}
			member.applied, member.term = entry.GetIndex(), entry.GetTerm()
			m.acknowledged = max(m.acknowledged, member.applied)
		}
		member.raft.Advance(ready)
	}
}

func (m *model) any() *modelled { return m.members[1+m.chance.Uint64N(5)] }

// step lets one thing happen. What is refused, such as to propose without a
// leader, is no error.
func (m *model) step() {
	member := m.any()
	switch at := m.chance.IntN(10_000); {
	case at < 6000:
		for range m.chance.IntN(m.pace) {
			m.deliver()
		}
		return
	case at < 8000:
		member.raft.Tick()
	case at < 8500:
		_ = member.raft.Propose([]byte("x"))
	case at < 8510:
		_ = member.raft.Campaign()
	case at < 8530:
		member.raft.TransferLeader(1 + m.chance.Uint64N(5))
	case at < 8600:
		m.change(member)
	case at < 8610:
		m.start(member)
	case at < 8620:
		m.cut()
	case at < 9000:
		m.begin(member)
	default:
		m.answer()
	}
	m.work(member)
}

func (m *model) deliver() {
	if len(m.sent) == 0 {
		return
	}
	// Mostly the first, so that something is achieved.
	i := 0
	if m.chance.IntN(5) == 0 {
		i = m.chance.IntN(len(m.sent))
	}
	message := m.sent[i]
	if m.chance.IntN(10) != 0 { // else it comes again
		m.sent = append(m.sent[:i], m.sent[i+1:]...)
	}
	to := m.members[message.GetTo()]
	if m.away[message.GetFrom()] != m.away[message.GetTo()] || m.chance.IntN(100) == 0 {
		return
	}
	_ = to.raft.Step(proto.Clone(message).(*raftpb.Message))
	m.work(to)
}

// cut lets some members hear no more of the others, or all of each other.
func (m *model) cut() {
	m.away = map[uint64]bool{}
	if m.chance.IntN(3) > 0 {
		m.away[m.any().id], m.away[m.any().id] = true, true
	}
}

// change adds or removes one vote, of which there stay one to five.
func (m *model) change(by *modelled) {
	status := by.raft.Status()
	if status.RaftState != raft.StateLeader {
		return // what others propose may be too late
	}
	id, voters := 1+m.chance.Uint64N(5), status.Config.Voters.IDs()
	kind := raftpb.ConfChangeAddNode
	if _, votes := voters[id]; votes {
		if len(voters) == 1 {
			return
		}
		kind = raftpb.ConfChangeRemoveNode
	}
	_ = by.raft.ProposeConfChange(&raftpb.ConfChange{Type: &kind, NodeId: &id})
}

func (m *model) standing(of *modelled) (membership.Standing, bool) {
	return standingOf(of.raft.Status(), of.term)
}

// begin has a member ask the leader, as far as it knows, and others that vote.
func (m *model) begin(member *modelled) {
	mine, ok := m.standing(member)
	if !ok {
		m.t.Fatalf("member %d has no standing", member.id)
	}
	read := &modelRead{acknowledged: m.acknowledged, standings: []membership.Standing{mine}}
	ask := append([]uint64{member.raft.Status().Lead}, mine.Voters[:m.chance.IntN(5)]...)
	for _, id := range ask {
		if id != 0 && id != member.id {
			read.ask = append(read.ask, id)
		}
	}
	m.reading = append(m.reading, read)
}

// answer answers one question of a round, or ends the round.
func (m *model) answer() {
	if len(m.reading) == 0 {
		return
	}
	i := m.chance.IntN(len(m.reading))
	read := m.reading[i]
	if len(read.ask) > 0 {
		standing, ok := m.standing(m.members[read.ask[0]])
		if !ok {
			m.t.Fatalf("member %d has no standing", read.ask[0])
		}
		read.standings, read.ask = append(read.standings, standing), read.ask[1:]
		return
	}
	m.reading = append(m.reading[:i], m.reading[i+1:]...)
	if index, ok := agree(read.standings); ok {
		m.read++
		if index < read.acknowledged {
			m.t.Fatalf("a round found %d committed, and %d was when it began: %+v", index, read.acknowledged, read.standings)
		}
		return
	}
	for _, standing := range read.standings {
		if standing.Leads && standing.Commit < read.acknowledged {
			m.behind++
		}
	}
}

func TestWhatARoundFindsCommittedIsNeverLessThanWhatWasWhenItBegan(t *testing.T) {
	const seeds, steps = 300, 10_000
	read, behind := 0, 0
	for seed := range uint64(seeds) {
		m := newModel(t, seed)
		for step := 0; step < steps && !t.Failed(); step++ {
			m.step()
		}
		if t.Failed() {
			t.Fatalf("the seed is %d", seed)
		}
		read, behind = read+m.read, behind+m.behind
	}
	t.Logf("%d rounds found an index; %d did not where a leader was behind", read, behind)
	if read < 1000 || behind < 10 {
		t.Errorf("%d rounds found an index, and %d did not where a leader was behind: too few to tell", read, behind)
	}
}
