// Command postgres-server keeps JSON documents in PostgreSQL behind the same
// paths as Berth: the plain server that most would write first.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log"
	"net/http"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// All members may begin at once, which CREATE TABLE alone does not bear.
	schema = `SELECT pg_advisory_xact_lock(1); CREATE TABLE IF NOT EXISTS items (id text PRIMARY KEY, document text NOT NULL, revision bigint NOT NULL)`
	upsert = `INSERT INTO items (id, document, revision) VALUES ($1, $2, 1)
		ON CONFLICT (id) DO UPDATE SET document = excluded.document, revision = items.revision + 1
		RETURNING revision`
	selection = `SELECT document, revision FROM items WHERE id = $1`
	// largest is how large a document may be, in bytes.
	largest = 1 << 20
)

func main() {
	address := flag.String("address", "127.0.0.1:8080", "listen here")
	database := flag.String("database", "", "connection string of PostgreSQL; pool_max_conns is in it")
	flag.Parse()
	pool, err := pgxpool.New(context.Background(), *database)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := pool.Exec(context.Background(), schema); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(*address, handler(pool)))
}

func handler(pool *pgxpool.Pool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /v1/items/{id}", func(w http.ResponseWriter, r *http.Request) { get(w, r, pool) })
	mux.HandleFunc("PUT /v1/items/{id}", func(w http.ResponseWriter, r *http.Request) { put(w, r, pool) })
	return mux
}

func get(w http.ResponseWriter, r *http.Request, pool *pgxpool.Pool) {
	var document string
	var revision int64
	err := pool.QueryRow(r.Context(), selection, r.PathValue("id")).Scan(&document, &revision)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		http.Error(w, "not found", http.StatusNotFound)
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	default:
		answer(w, revision)
		_, _ = io.WriteString(w, document)
	}
}

func put(w http.ResponseWriter, r *http.Request, pool *pgxpool.Pool) {
	document, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largest))
	if err != nil || !json.Valid(document) {
		http.Error(w, "the body is not JSON", http.StatusBadRequest)
		return
	}
	var revision int64
	if err := pool.QueryRow(r.Context(), upsert, r.PathValue("id"), string(document)).Scan(&revision); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, revision)
	_, _ = io.WriteString(w, "{}\n")
}

func answer(w http.ResponseWriter, revision int64) {
	w.Header().Set("ETag", `"`+strconv.FormatInt(revision, 10)+`"`)
	w.Header().Set("Content-Type", "application/json")
}
