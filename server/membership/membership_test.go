package membership

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/berth/peerdns"
	"example.com/berth/peertls"
)

const domain = "peers.test.svc"

// fake is a member that says what it is told to.
type fake struct {
	status   Status
	standing Standing
	fails    error
	asked    []string
	heard    chan [2]string
}

func (f *fake) Status(context.Context) Status { return f.status }

func (f *fake) Standing() (Standing, bool) { return f.standing, f.standing.Member != 0 }

func (f *fake) Heard(_ context.Context, host, remote string) {
	if f.heard != nil {
		f.heard <- [2]string{host, remote}
	}
}

func (f *fake) Admit(_ context.Context, name string) (Admission, error) {
	f.asked = append(f.asked, "join "+name)
	return Admission{ID: 5, Members: f.status.Members}, f.fails
}

func (f *fake) Dismiss(_ context.Context, name string) error {
	f.asked = append(f.asked, "leave "+name)
	return f.fails
}

func (f *fake) Readmit(_ context.Context, name string) error {
	f.asked = append(f.asked, "return "+name)
	return f.fails
}

func (f *fake) Retire(context.Context) error {
	f.asked = append(f.asked, "retire")
	return f.fails
}

func (f *fake) Resume(context.Context) error {
	f.asked = append(f.asked, "resume")
	return f.fails
}

// connect serves local, and makes a client of the member called name.
func connect(t *testing.T, local Local, name string) (*Client, string) {
	t.Helper()
	client, server := connectTo(t, local, name)
	return client, server.listener.Addr().String()
}

func connectTo(t *testing.T, local Local, name string) (*Client, *Server) {
	t.Helper()
	return connectNoting(t, local, name, nil)
}

// connectNoting has the client note in book whom it met.
func connectNoting(t *testing.T, local Local, name string, book *peerdns.Book) (*Client, *Server) {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(strings.Repeat("s", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := peertls.Prepare(peertls.Options{
		Directory: t.TempDir(), SecretFile: secret, Hosts: []string{name + "." + domain, domain, "127.0.0.1"}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	config, err := files.Connect(domain)
	if err != nil {
		t.Fatal(err)
	}
	hostOf := func(name string) string { return name + "." + domain }
	server, err := Listen("127.0.0.1:0", config, hostOf, local, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return NewClient(config, book), server
}

func TestAMemberIsToldWhatItAsks(t *testing.T) {
	f := &fake{status: Status{Name: "a-0", State: Running, Cluster: 1 << 63, Current: true, Ready: true, Members: []Member{{ID: 3, PeerURL: "https://x", Learner: true}}}}
	client, address := connect(t, f, "a-1")
	got, ok := client.Ask(t.Context(), map[int]string{0: address})[0]
	if !ok || got.Cluster != 1<<63 || !got.Current || !got.Ready || got.State != Running || !got.Has(3) || got.Has(4) {
		t.Errorf("it is told %+v", got)
	}
	admission, err := client.Join(t.Context(), address, "a-1")
	if err != nil || admission.ID != 5 || len(admission.Members) != 1 {
		t.Errorf("Join = %+v, %v", admission, err)
	}
	if err := client.Leave(t.Context(), address, "a-2"); err != nil {
		t.Error(err)
	}
	if err := errors.Join(
		client.Return(t.Context(), address, "a-2"), client.Retire(t.Context(), address), client.Resume(t.Context(), address),
	); err != nil {
		t.Error(err)
	}
	if got := strings.Join(f.asked, ", "); got != "join a-1, leave a-2, return a-2, retire, resume" {
		t.Errorf("the member was asked to %s", got)
	}
}

func TestAMemberCannotJoinUnderTheNameOfAnother(t *testing.T) {
	f := &fake{}
	client, address := connect(t, f, "a-1")
	if _, err := client.Join(t.Context(), address, "a-2"); err == nil || len(f.asked) > 0 {
		t.Errorf("Join as another: %v, and the member was asked to %v", err, f.asked)
	}
}

func TestARefusalSaysWhy(t *testing.T) {
	client, address := connect(t, &fake{fails: errors.New("no majority")}, "a-1")
	if _, err := client.Join(t.Context(), address, "a-1"); err == nil || !strings.Contains(err.Error(), "no majority") {
		t.Errorf("the error is %v", err)
	}
}

// deaf is the address of one who takes connections, and says nothing.
func deaf(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener.Addr().String()
}

func TestThoseWhoDoNotAnswerAreLeftOut(t *testing.T) {
	client, address := connect(t, &fake{status: Status{State: Empty}}, "a-1")
	began := time.Now()
	answers := client.Ask(t.Context(), map[int]string{0: address, 1: deaf(t), 2: "127.0.0.1:1", 3: "none.invalid:1"})
	if len(answers) != 1 || answers[0].State != Empty {
		t.Errorf("the answers are %+v, want that of 0", answers)
	}
	if took := time.Since(began); took > 3*askTimeout {
		t.Errorf("it took %s", took)
	}
}

func TestWhoAttendsAMemberHearsOfItsEnd(t *testing.T) {
	for how, end := range map[string]func(*Server){
		"is killed": func(s *Server) { s.http.Close() }, "is closed": (*Server).Close,
	} {
		c, server := connectTo(t, &fake{}, "a-1")
		address := server.listener.Addr().String()
		result := make(chan bool, 1)
		go func() { result <- c.Attend(t.Context(), address, func() {}) }()
		// That it is attended shows only in that it waits.
		select {
		case <-result:
			t.Fatal("the member was not attended")
		case <-time.After(100 * time.Millisecond):
		}
		end(server)
		if ended, reached := <-result, c.Reaches(t.Context(), address); !ended || reached {
			t.Errorf("of one that %s: ended %v, reached %v", how, ended, reached)
		}
	}
}

// Of a member that starts at another address than before, the others know it
// as soon as it asks them anything.
func TestAMemberHearsWhoAsks(t *testing.T) {
	f := &fake{heard: make(chan [2]string, 1)}
	client, address := connect(t, f, "a-1")
	client.Ask(t.Context(), map[int]string{0: address})
	if got := <-f.heard; got[0] != "a-1."+domain || !strings.HasPrefix(got[1], "127.0.0.1:") {
		t.Errorf("it hears %q, want a-1 and where it asks from", got)
	}
}

func TestWhereAMemberSeemsToAskFromIsNotedOnlyIfItIsThere(t *testing.T) {
	const host = "a-1." + domain
	book := peerdns.New(domain)
	client, server := connectNoting(t, &fake{}, "a-1", book)
	address := server.listener.Addr().String()

	client.Confirm(t.Context(), host, "127.0.0.1:1")
	client.Confirm(t.Context(), "a-2."+domain, address) // its certificate says that it is a-1
	client.Confirm(t.Context(), host, "nowhere")
	if one, two := book.At(host), book.At("a-2."+domain); one.IsValid() || two.IsValid() {
		t.Errorf("members are noted at %s and %s, where they are not", one, two)
	}
	client.Confirm(t.Context(), host, address)
	if got := book.At(host); got != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("a member is noted at %s, want where it is", got)
	}
	// It has moved, and something hides where to.
	client.Confirm(t.Context(), host, "127.0.0.2:1")
	if got := book.At(host); got.IsValid() {
		t.Errorf("a member that moved is still noted at %s", got)
	}
}

// named has the host a-1 found at the address of server, which may be noted
// nowhere: another book is the process's.
func named(t *testing.T, server *Server) string {
	t.Helper()
	const host = "a-1." + domain
	known := peerdns.New(domain)
	known.Met(host, server.listener.Addr().String())
	system := net.DefaultResolver
	t.Cleanup(func() { net.DefaultResolver = system })
	net.DefaultResolver = known.Resolver()
	_, port, err := net.SplitHostPort(server.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort(host, port)
}

func TestWhomAClientMeetsIsNotedUntilItMissesThem(t *testing.T) {
	const host = "a-1." + domain
	book := peerdns.New(domain)
	client, server := connectNoting(t, &fake{}, "a-1", book)
	address := named(t, server)
	ask := func() int { return len(client.Ask(t.Context(), map[int]string{1: address})) }

	if answers := ask(); answers != 1 || book.At(host) != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("%d answers, and it is noted at %s", answers, book.At(host))
	}
	server.Close()
	if answers := ask(); answers != 0 || book.At(host).IsValid() {
		t.Errorf("%d answers, and it is still noted at %s", answers, book.At(host))
	}
}

// An HTTP client goes on making a connection for nobody.
func TestAConnectionThatNobodyTakesIsGivenUp(t *testing.T) {
	client, _ := connect(t, &fake{}, "a-1")
	address := deaf(t)
	ended := make(chan error, 1)
	go func() {
		_, err := client.connect(context.WithoutCancel(t.Context()), "tcp", address)
		ended <- err
	}()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("the connection was made")
		}
	case <-time.After(10 * askTimeout):
		t.Error("the connection is still being made")
	}
}
