package sqldb

import (
	"context"

	"sluice/engine/core"
	"sluice/engine/value"
)

// makeLedger creates the ledger's table where it is missing, in a transaction of its own: some databases commit what
// was done before. Who may not create tables can do with one that somebody else made.
func (db *DB) makeLedger(ctx context.Context) error {
	if db.hasLedger.Load() {
		return nil
	}
	s, err := db.connect(ctx, db.writer)
	if err != nil {
		return err
	}
	defer s.close()
	if !s.hasLedger(ctx) {
		// Of several that create it at once one may be refused, though it is there then.
		if _, err := s.conn.ExecContext(ctx, db.dialect.ledger); err != nil && !s.hasLedger(ctx) {
			return err
		}
	}
	db.hasLedger.Store(true)
	return nil
}

func (s *session) hasLedger(ctx context.Context) bool {
	rows, err := s.conn.QueryContext(ctx, "SELECT result FROM sluice_ledger WHERE 1 = 0")
	if err != nil {
		return false
	}
	defer rows.Close()
	return !rows.Next() && rows.Err() == nil
}

// claim enters a key into the ledger, before anything else is done, so that another transaction with the same key waits
// for the end of this one. Where the key is there, it is the result that stands under it, else nil.
func (s *session) claim(ctx context.Context, key string) (core.Object, error) {
	rows, err := changed(s.tx.ExecContext(ctx, s.db.dialect.claim, key))
	if err != nil {
		s.db.hasLedger.Store(false)
		return nil, err
	}
	if rows > 0 {
		return nil, nil
	}
	var text string
	err = s.tx.QueryRowContext(ctx, "SELECT result FROM sluice_ledger WHERE "+s.keyIs(1), key).Scan(&text)
	if err != nil {
		return nil, err
	}
	v, err := value.DecodeString(text)
	if err != nil {
		return nil, err
	}
	result, ok := v.(core.Object)
	if !ok {
		return nil, refused("db.bad_value", "the ledger's entry is not an object")
	}
	return result, nil
}

// record puts the result under a key that was claimed.
func (s *session) record(ctx context.Context, key string, result core.Object) error {
	text, err := value.Encode(result)
	if err != nil {
		return err
	}
	_, err = s.tx.ExecContext(ctx, "UPDATE sluice_ledger SET result = "+s.db.dialect.lexis.placeholder(1)+" WHERE "+s.keyIs(2), string(text), key)
	return err
}

func (s *session) keyIs(n int) string {
	d := &s.db.dialect
	return d.quote("key") + " = " + d.lexis.placeholder(n)
}
