package membership

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// MostVoters is how many voters there is room for: those of the largest number
// of replicas.
const MostVoters = 5

// Standing is what a member's Raft knows at one moment.
type Standing struct {
	// Cluster and Member are the ids of both.
	Cluster, Member uint64
	// Term is the latest that the member has heard of. It votes in no earlier
	// one any more, nor does it follow a leader of one.
	Term uint64
	// Leads is true if the member leads in Term, and has committed an entry of
	// it: then it knows all that was committed in earlier terms.
	Leads bool
	// Commit is the index of the last entry that it knows to be committed.
	Commit uint64
	// Voters are the ids of those with a vote, in order, and then zeros.
	Voters [MostVoters]uint64
}

// standingSize is that of a standing as it is sent: its numbers in the order
// above, the first byte first.
var standingSize = binary.Size(Standing{})

// A member is asked for its standing on a connection that stays, as
// linearizable reads wait for it: one byte asks, and the answer follows. It
// begins as a request for that protocol (RFC 9110, section 7.8).
const (
	standingPath     = "/standing"
	standingProtocol = "berth-standing"
)

// Standings asks one member, one question at a time.
type Standings struct {
	connection net.Conn
	buffer     []byte
}

// Standings connects to the member at address.
func (c *Client) Standings(ctx context.Context, address string) (*Standings, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	connection, err := c.connect(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { connection.Close() })
	err = upgrade(connection, address)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		connection.Close()
		return nil, err
	}
	return &Standings{connection, make([]byte, standingSize)}, nil
}

func upgrade(connection net.Conn, address string) error {
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", standingPath, address, standingProtocol)
	if _, err := io.WriteString(connection, request); err != nil {
		return err
	}
	// What is sent after the head waits for a question, so none of it is lost
	// with the reader.
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("%s answers %d to a request for its standing", address, response.StatusCode)
	}
	return nil
}

var question = []byte{'?'}

// Ask sends a question, to be answered before deadline. After an error of it or
// of Answer the connection is of no use any more.
func (s *Standings) Ask(deadline time.Time) error {
	if err := s.connection.SetDeadline(deadline); err != nil {
		return err
	}
	_, err := s.connection.Write(question)
	return err
}

// Answer waits for the answer to the last question: the standing at some time
// after it was asked.
func (s *Standings) Answer() (Standing, error) {
	var standing Standing
	if _, err := io.ReadFull(s.connection, s.buffer); err != nil {
		return standing, err
	}
	_, err := binary.Decode(s.buffer, binary.BigEndian, &standing)
	return standing, err
}

// Close ends the connection.
func (s *Standings) Close() { s.connection.Close() }

// streams are the connections on which this member is asked for its standing.
type streams struct {
	local Local
	mutex sync.Mutex
	open  map[net.Conn]bool
	ended bool
	done  sync.WaitGroup
}

func (s *streams) serve(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") != standingProtocol {
		w.Header().Set("Upgrade", standingProtocol)
		http.Error(w, "allowed: Upgrade: "+standingProtocol, http.StatusUpgradeRequired)
		return
	}
	connection, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer connection.Close()
	if !s.add(connection) {
		return
	}
	defer s.remove(connection)
	_ = s.answer(connection, buffered.Reader) // whoever asks notices
}

func (s *streams) answer(connection net.Conn, questions io.Reader) error {
	if err := connection.SetDeadline(time.Time{}); err != nil {
		return err
	}
	if _, err := io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "+standingProtocol+"\r\n\r\n"); err != nil {
		return err
	}
	asked, answer := make([]byte, len(question)), make([]byte, standingSize)
	for {
		if _, err := io.ReadFull(questions, asked); err != nil {
			return err
		}
		standing, ok := s.local.Standing()
		if !ok {
			return errors.New("this member has no standing")
		}
		if _, err := binary.Encode(answer, binary.BigEndian, standing); err != nil {
			return err
		}
		if _, err := connection.Write(answer); err != nil {
			return err
		}
	}
}

func (s *streams) add(connection net.Conn) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.ended {
		return false
	}
	s.open[connection] = true
	s.done.Add(1)
	return true
}

func (s *streams) remove(connection net.Conn) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.open, connection)
	s.done.Done()
}

// end closes all connections, and waits until nobody answers any more.
func (s *streams) end() {
	s.mutex.Lock()
	s.ended = true
	for connection := range s.open {
		connection.Close()
	}
	s.mutex.Unlock()
	s.done.Wait()
}
