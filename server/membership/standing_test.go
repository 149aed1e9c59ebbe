package membership

import (
	"net/http"
	"testing"
	"time"
)

func soon() time.Time { return time.Now().Add(30 * time.Second) }

func standings(t *testing.T, local Local) (*Standings, *Server) {
	t.Helper()
	client, server := connectTo(t, local, "a-1")
	s, err := client.Standings(t.Context(), server.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, server
}

func TestAMemberTellsItsStandingAsOftenAsItIsAsked(t *testing.T) {
	f := &fake{standing: Standing{Cluster: 1 << 63, Member: 1, Term: 2, Leads: true, Commit: 3, Voters: [MostVoters]uint64{1, 2, 1<<64 - 1}}}
	s, _ := standings(t, f)
	for range 3 {
		if err := s.Ask(soon()); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Answer(); err != nil || got != f.standing {
			t.Errorf("Answer = %+v, %v, want %+v", got, err, f.standing)
		}
	}
}

func TestWhoHasNoStandingEndsTheConnection(t *testing.T) {
	s, _ := standings(t, &fake{})
	if err := s.Ask(soon()); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Answer(); err == nil {
		t.Errorf("Answer = %+v, want an error", got)
	}
}

func TestWhoDoesNotAnswerInTimeIsNotWaitedFor(t *testing.T) {
	s, _ := standings(t, &fake{standing: Standing{Member: 1}})
	if err := s.Ask(time.Now().Add(-time.Second)); err == nil {
		t.Error("Ask succeeded after its deadline")
	}
	if got, err := s.Answer(); err == nil {
		t.Errorf("Answer = %+v, want an error", got)
	}
}

func TestWhoIsClosedIsAskedNoMore(t *testing.T) {
	s, server := standings(t, &fake{standing: Standing{Member: 1}})
	server.Close()
	_ = s.Ask(soon()) // the end may not have arrived yet
	if got, err := s.Answer(); err == nil {
		t.Errorf("Answer = %+v, want an error", got)
	}
}

func TestAMemberIsAskedForItsStandingByItsProtocolOnly(t *testing.T) {
	client, server := connectTo(t, &fake{}, "a-1")
	address := server.listener.Addr().String()
	response, err := client.http.Get("https://" + address + standingPath)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusUpgradeRequired || response.Header.Get("Upgrade") != standingProtocol {
		t.Errorf("the answer is %s, Upgrade: %q", response.Status, response.Header.Get("Upgrade"))
	}
}
