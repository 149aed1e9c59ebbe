package history

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
)

// Writer appends operations to a file. Clients may share it.
type Writer struct {
	mutex  sync.Mutex
	file   *os.File
	buffer *bufio.Writer
	err    error
}

// Create begins a history.
func Create(path string, header Header) (*Writer, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	w := &Writer{file: file, buffer: bufio.NewWriterSize(file, 1<<20)}
	w.line(header)
	return w, w.err
}

// Add appends an operation. What goes wrong is told by Close.
func (w *Writer) Add(operation Operation) { w.line(operation) }

func (w *Writer) line(value any) {
	text, err := json.Marshal(value)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if err == nil {
		_, err = w.buffer.Write(append(text, '\n'))
	}
	if w.err == nil {
		w.err = err
	}
}

// Close writes what is left, and tells the first error there was.
func (w *Writer) Close() error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if err := w.buffer.Flush(); w.err == nil {
		w.err = err
	}
	if err := w.file.Close(); w.err == nil {
		w.err = err
	}
	return w.err
}

// Read reads a history whole. A line that is not one is an error: a history
// that lacks a part proves nothing.
func Read(path string) (Header, []Operation, error) {
	var header Header
	file, err := os.Open(path)
	if err != nil {
		return header, nil, err
	}
	defer file.Close()
	decoder := json.NewDecoder(bufio.NewReaderSize(file, 1<<20))
	if err := decoder.Decode(&header); err != nil {
		return header, nil, fmt.Errorf("%s: no header: %w", path, err)
	}
	var operations []Operation
	for {
		var operation Operation
		switch err := decoder.Decode(&operation); err {
		case nil:
			operations = append(operations, operation)
		case io.EOF:
			return header, operations, nil
		default:
			return header, nil, fmt.Errorf("%s: operation %d: %w", path, len(operations)+1, err)
		}
	}
}
