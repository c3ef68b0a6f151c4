package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// errHalfCreated: the file holds nothing yet; a crash struck while it was created.
var errHalfCreated = errors.New("it holds nothing")

// The layout of bbolt's pages (go.etcd.io/bbolt/internal/common), in the byte order of the machine.
const (
	metaMagic       = 0xED0CDAED
	metaVersion     = 2
	metaSize        = 64
	headerSize      = 16
	elementSize     = 16
	flagBranch      = 0x01
	flagLeaf        = 0x02
	flagBucket      = 0x01 // of an element of a leaf
	noFreelist      = ^uint64(0)
	bucketValueSize = 16 // root page, sequence
)

// trustedPages: a longer file (64 MiB) that was sealed is not walked, so that years of slices open in no time. Damage
// within it then shows when it is read, and the worst kind, lengths that lead outside of the file, may still end the
// process: bbolt keeps no checksums that would tell.
const trustedPages = 1 << 14

// verify looks at a database before bbolt maps it. A file that is shorter than its pages, or whose pages lead astray,
// would take the whole process down: bbolt follows numbers without a look, and walks the pages of a file that was not
// sealed in a goroutine of its own.
func verify(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	meta, ok := newestMeta(f)
	if !ok {
		if info.Size() <= 4*pageSize {
			return errHalfCreated // bbolt creates a file of four pages; any commit makes it longer
		}
		return errors.New("neither meta page is valid")
	}
	if info.Size() < int64(meta.pages)*pageSize {
		return fmt.Errorf("it is %d bytes long and should have %d pages", info.Size(), meta.pages)
	}
	if meta.freelist != noFreelist && meta.pages > trustedPages {
		return nil
	}
	w := &walker{file: f, pages: meta.pages, seen: make([]uint64, meta.pages/64+1)}
	_, err = w.tree(meta.root, nil, nil)
	return err
}

type metaPage struct{ root, freelist, pages, transaction uint64 }

// newestMeta is the valid meta page with the higher transaction, which is the one that bbolt takes.
func newestMeta(f io.ReaderAt) (newest metaPage, found bool) {
	for i := range 2 {
		var b [headerSize + metaSize]byte
		if _, err := f.ReadAt(b[:], int64(i)*pageSize); err != nil {
			continue
		}
		m := b[headerSize:]
		sum := fnv.New64a()
		_, _ = sum.Write(m[:metaSize-8])
		order := binary.NativeEndian
		if order.Uint32(m) != metaMagic || order.Uint32(m[4:]) != metaVersion || order.Uint32(m[8:]) != pageSize ||
			order.Uint64(m[56:]) != sum.Sum64() {
			continue
		}
		page := metaPage{
			root: order.Uint64(m[16:]), freelist: order.Uint64(m[32:]),
			pages: order.Uint64(m[40:]), transaction: order.Uint64(m[48:]),
		}
		if !found || page.transaction > newest.transaction {
			newest, found = page, true
		}
	}
	return newest, found
}

// A walker follows every page from a root, once. It must be no less strict than bbolt's own walk, which goes astray when
// it finds something.
type walker struct {
	file  io.ReaderAt
	pages uint64
	seen  []uint64 // a bit for each page
}

// A treePage is a branch or a leaf, with the heads of its elements; keys and values may lie further on.
type treePage struct {
	id, size uint64
	branch   bool
	count    int
	head     []byte
}

// tree checks the pages from id down, whose keys must lie from low, included, to high; nil is no bound. It gives the
// last key.
func (w *walker) tree(id uint64, low, high []byte) (last []byte, err error) {
	p, err := w.read(id)
	if err != nil {
		return nil, err
	}
	last = low
	for i := range p.count {
		key, child, err := w.element(p, i)
		if err != nil {
			return nil, err
		}
		order := bytes.Compare(last, key)
		if (last != nil && (order > 0 || order == 0 && i > 0)) || (high != nil && bytes.Compare(key, high) >= 0) {
			return nil, fmt.Errorf("page %d has its keys out of order", id)
		}
		switch {
		case p.branch:
			next := high
			if i+1 < p.count {
				if next, _, err = w.element(p, i+1); err != nil {
					return nil, err
				}
			}
			last, err = w.tree(child, key, next)
		case child != 0:
			last = key
			_, err = w.tree(child, nil, nil)
		default:
			last = key
		}
		if err != nil {
			return nil, err
		}
	}
	return last, nil
}

func (w *walker) read(id uint64) (p treePage, err error) {
	if id < 2 || id >= w.pages {
		return p, fmt.Errorf("page %d is outside of the file", id)
	}
	head := make([]byte, pageSize)
	if _, err := w.file.ReadAt(head, int64(id)*pageSize); err != nil {
		return p, fmt.Errorf("page %d: %w", id, err)
	}
	order := binary.NativeEndian
	flags, overflow := order.Uint16(head[8:]), uint64(order.Uint32(head[12:]))
	p = treePage{id: id, size: (overflow + 1) * pageSize, branch: flags == flagBranch, count: int(order.Uint16(head[10:]))}
	if order.Uint64(head) != id || (flags != flagBranch && flags != flagLeaf) || (p.branch && p.count == 0) ||
		id+overflow >= w.pages {
		return p, fmt.Errorf("page %d is not a page of a tree", id)
	}
	for used := id; used <= id+overflow; used++ {
		if w.seen[used/64]&(1<<(used%64)) != 0 {
			return p, fmt.Errorf("page %d is used twice", used)
		}
		w.seen[used/64] |= 1 << (used % 64)
	}
	if end := headerSize + p.count*elementSize; end > len(head) {
		if uint64(end) > p.size {
			return p, fmt.Errorf("page %d has more elements than room", id)
		}
		head = make([]byte, end)
		if _, err := w.file.ReadAt(head, int64(id)*pageSize); err != nil {
			return p, fmt.Errorf("page %d: %w", id, err)
		}
	}
	p.head = head
	return p, nil
}

// element is the i-th key of a page and the page it leads to: of a leaf, only where it is a bucket with a page of its own.
func (w *walker) element(p treePage, i int) (key []byte, child uint64, err error) {
	order := binary.NativeEndian
	at := uint64(headerSize + i*elementSize)
	e := p.head[at : at+elementSize]
	if p.branch {
		key, err = w.part(p, at+uint64(order.Uint32(e)), uint64(order.Uint32(e[4:])))
		return key, order.Uint64(e[8:]), err
	}
	from, keySize, valueSize := at+uint64(order.Uint32(e[4:])), uint64(order.Uint32(e[8:])), uint64(order.Uint32(e[12:]))
	if from+keySize+valueSize > p.size {
		return nil, 0, fmt.Errorf("page %d has a value outside of it", p.id)
	}
	if key, err = w.part(p, from, keySize); err != nil || order.Uint32(e)&flagBucket == 0 {
		return key, 0, err
	}
	if valueSize < bucketValueSize {
		return nil, 0, fmt.Errorf("page %d has a bucket without a root", p.id)
	}
	value, err := w.part(p, from+keySize, valueSize)
	if err != nil {
		return nil, 0, err
	}
	if root := order.Uint64(value); root != 0 {
		return key, root, nil
	}
	if err := inline(value[bucketValueSize:]); err != nil {
		return nil, 0, fmt.Errorf("page %d: %w", p.id, err)
	}
	return key, 0, nil
}

// inline checks a bucket that lies in its parent's value: the image of a leaf, without buckets of its own.
func inline(page []byte) error {
	order := binary.NativeEndian
	if len(page) < headerSize || order.Uint16(page[8:]) != flagLeaf {
		return errors.New("a bucket within it is not one")
	}
	size, count := uint64(len(page)), int(order.Uint16(page[10:]))
	if uint64(headerSize+count*elementSize) > size {
		return errors.New("a bucket within it has more elements than room")
	}
	var last []byte
	for i := range count {
		at := uint64(headerSize + i*elementSize)
		e := page[at : at+elementSize]
		from, keySize, valueSize := at+uint64(order.Uint32(e[4:])), uint64(order.Uint32(e[8:])), uint64(order.Uint32(e[12:]))
		if order.Uint32(e)&flagBucket != 0 || from+keySize+valueSize > size {
			return errors.New("a bucket within it has a value outside of it")
		}
		key := page[from : from+keySize]
		if i > 0 && bytes.Compare(last, key) >= 0 {
			return errors.New("a bucket within it has its keys out of order")
		}
		last = key
	}
	return nil
}

// part is some bytes of a page.
func (w *walker) part(p treePage, from, length uint64) ([]byte, error) {
	if from+length > p.size {
		return nil, fmt.Errorf("page %d has a key outside of it", p.id)
	}
	if from+length <= uint64(len(p.head)) {
		return p.head[from : from+length : from+length], nil
	}
	b := make([]byte, length)
	if _, err := w.file.ReadAt(b, int64(p.id)*pageSize+int64(from)); err != nil {
		return nil, fmt.Errorf("page %d: %w", p.id, err)
	}
	return b, nil
}
