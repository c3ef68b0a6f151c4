package bolt

import (
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

// verify looks at a database before bbolt maps it. A file that is shorter than its pages, or whose pages lead astray,
// would take the whole process down: bbolt walks all of them in a goroutine of its own, unless the file was sealed.
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
	if meta.freelist != noFreelist {
		return nil
	}
	w := &walker{file: f, pages: meta.pages, seen: make([]uint64, meta.pages/64+1)}
	return w.page(meta.root)
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

// A walker follows every page from a root, once.
type walker struct {
	file  io.ReaderAt
	pages uint64
	seen  []uint64 // a bit for each page
}

func (w *walker) page(id uint64) error {
	if id < 2 || id >= w.pages {
		return fmt.Errorf("page %d is outside of the file", id)
	}
	if w.seen[id/64]&(1<<(id%64)) != 0 {
		return fmt.Errorf("page %d is used twice", id)
	}
	w.seen[id/64] |= 1 << (id % 64)

	p := make([]byte, pageSize)
	if _, err := w.file.ReadAt(p, int64(id)*pageSize); err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	order := binary.NativeEndian
	flags, count, overflow := order.Uint16(p[8:]), int(order.Uint16(p[10:])), uint64(order.Uint32(p[12:]))
	if order.Uint64(p) != id || (flags != flagBranch && flags != flagLeaf) || (flags == flagBranch && count == 0) ||
		id+overflow >= w.pages {
		return fmt.Errorf("page %d is not a page of a tree", id)
	}
	size := (overflow + 1) * pageSize
	if head := headerSize + count*elementSize; head > len(p) {
		if uint64(head) > size {
			return fmt.Errorf("page %d has more elements than room", id)
		}
		p = make([]byte, head)
		if _, err := w.file.ReadAt(p, int64(id)*pageSize); err != nil {
			return fmt.Errorf("page %d: %w", id, err)
		}
	}
	for i := range count {
		if err := w.element(id, size, flags, headerSize+i*elementSize, p); err != nil {
			return err
		}
	}
	return nil
}

// element checks the element whose head stands at offset at of the page, and follows it.
func (w *walker) element(id, size uint64, flags uint16, at int, p []byte) error {
	order := binary.NativeEndian
	head := p[at : at+elementSize]
	if flags == flagBranch {
		from, length := uint64(at)+uint64(order.Uint32(head)), uint64(order.Uint32(head[4:]))
		if from+length > size {
			return fmt.Errorf("page %d has a key outside of it", id)
		}
		return w.page(order.Uint64(head[8:]))
	}
	from := uint64(at) + uint64(order.Uint32(head[4:]))
	key, value := uint64(order.Uint32(head[8:])), uint64(order.Uint32(head[12:]))
	if from+key+value > size {
		return fmt.Errorf("page %d has a value outside of it", id)
	}
	if order.Uint32(head)&flagBucket == 0 {
		return nil
	}
	var b [bucketValueSize]byte
	if value < bucketValueSize {
		return fmt.Errorf("page %d has a bucket without a root", id)
	}
	if _, err := w.file.ReadAt(b[:], int64(id)*pageSize+int64(from+key)); err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	if root := order.Uint64(b[:]); root != 0 { // else the bucket lies inline
		return w.page(root)
	}
	return nil
}
