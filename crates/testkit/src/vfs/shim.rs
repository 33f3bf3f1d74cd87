//! Real files, counted and slowed.
//!
//! An open file is a [`Wrapped`] followed by the file of the file system below, to which every
//! call is passed on.

#![expect(unsafe_code, reason = "a file system of SQLite is a table of C functions")]

use std::ffi::{c_int, c_void};
use std::mem::size_of;
use std::ptr;
use std::sync::Arc;

use rusqlite::ffi;

use super::meter::{FileKind, Meter};

/// SQLite's usual file system, with a [`Meter`] in between, mounted under a name of its own for as
/// long as the process lives. What the meter plans to fail is not failed here: real files do not
/// lose bytes on request.
///
/// ```
/// use std::time::Duration;
/// use testkit::vfs::{FileKind, Shim};
///
/// let shim = Shim::mount();
/// shim.meter().delay_syncs(Duration::from_millis(5));
/// assert_eq!(shim.meter().counts(FileKind::Wal).syncs, 0);
/// ```
#[derive(Clone, Debug)]
pub struct Shim {
    name: Arc<str>,
    meter: Arc<Meter>,
}

#[repr(C)]
struct Table {
    /// First, so that a pointer to it is one to this.
    vfs: ffi::sqlite3_vfs,
    below: *mut ffi::sqlite3_vfs,
    meter: Arc<Meter>,
}

/// As aligned as the file that follows it.
#[repr(C)]
struct Wrapped {
    base: ffi::sqlite3_file,
    meter: *const Meter,
    kind: FileKind,
}

impl Shim {
    /// Mounts the file system.
    pub fn mount() -> Shim {
        let name = super::fresh_name("shim");
        let text = name.to_string_lossy().into();
        let meter = Arc::new(Meter::default());
        // SAFETY: the file system that is always there; its table is copied, and the copy leaked.
        unsafe {
            let below = ffi::sqlite3_vfs_find(ptr::null());
            assert!(!below.is_null(), "SQLite has no file system");
            let mut vfs = *below;
            vfs.szOsFile += size_of::<Wrapped>() as c_int;
            vfs.pNext = ptr::null_mut();
            vfs.zName = name.into_raw();
            vfs.xOpen = Some(open);
            let table = Box::new(Table { vfs, below, meter: Arc::clone(&meter) });
            let code = ffi::sqlite3_vfs_register(Box::into_raw(table).cast(), 0);
            assert_eq!(code, ffi::SQLITE_OK, "the file system was not mounted");
        }
        Shim { name: text, meter }
    }

    /// The name that SQLite opens files by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Counts and delays.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 3,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: Some(fetch),
    xUnfetch: Some(unfetch),
};

unsafe fn below(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: the file below follows the wrapped one, in memory of `szOsFile` bytes.
    unsafe { file.cast::<Wrapped>().add(1).cast() }
}

/// Calls a method of the file below; what it lacks is an error.
macro_rules! pass_on {
    ($file:ident, $method:ident $(, $argument:expr)*) => {{
        // SAFETY: `open` opened the file below, and the arguments are passed on as they are.
        unsafe {
            let below = below($file);
            match (*(*below).pMethods).$method {
                Some(method) => method(below $(, $argument)*),
                None => ffi::SQLITE_IOERR,
            }
        }
    }};
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let kind = match flags {
        _ if flags & ffi::SQLITE_OPEN_MAIN_DB != 0 => FileKind::Database,
        _ if flags & ffi::SQLITE_OPEN_WAL != 0 => FileKind::Wal,
        _ if flags & ffi::SQLITE_OPEN_MAIN_JOURNAL != 0 => FileKind::Journal,
        _ => FileKind::Other,
    };
    // SAFETY: `vfs` is the table that `mount` leaked, `file` is memory of `szOsFile` bytes.
    unsafe {
        let table = &*vfs.cast::<Table>();
        (*file).pMethods = ptr::null();
        let below = below(file);
        (*below).pMethods = ptr::null();
        let Some(open_below) = (*table.below).xOpen else { return ffi::SQLITE_CANTOPEN };
        let code = open_below(table.below, name, below, flags, out_flags);
        if !(*below).pMethods.is_null() {
            let wrapped = file.cast::<Wrapped>();
            (*wrapped).meter = Arc::as_ptr(&table.meter);
            (*wrapped).kind = kind;
            (*file).pMethods = &raw const METHODS;
        }
        code
    }
}

unsafe fn wrapped<'a>(file: *mut ffi::sqlite3_file) -> (&'a Meter, FileKind) {
    // SAFETY: `open` filled it, and the meter is as leaked as the table that holds it.
    unsafe {
        let wrapped = &*file.cast::<Wrapped>();
        (&*wrapped.meter, wrapped.kind)
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    pass_on!(file, xClose)
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    buffer: *mut c_void,
    count: c_int,
    from: ffi::sqlite3_int64,
) -> c_int {
    pass_on!(file, xRead, buffer, count, from)
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    buffer: *const c_void,
    count: c_int,
    from: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: see `wrapped`.
    let (meter, kind) = unsafe { wrapped(file) };
    meter.count_write(kind, usize::try_from(count).unwrap_or_default());
    pass_on!(file, xWrite, buffer, count, from)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: ffi::sqlite3_int64) -> c_int {
    pass_on!(file, xTruncate, length)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: see `wrapped`.
    let (meter, kind) = unsafe { wrapped(file) };
    meter.count_sync(kind);
    pass_on!(file, xSync, flags)
}

unsafe extern "C" fn file_size(
    file: *mut ffi::sqlite3_file,
    out: *mut ffi::sqlite3_int64,
) -> c_int {
    pass_on!(file, xFileSize, out)
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    pass_on!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    pass_on!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved_lock(
    file: *mut ffi::sqlite3_file,
    result: *mut c_int,
) -> c_int {
    pass_on!(file, xCheckReservedLock, result)
}

unsafe extern "C" fn file_control(
    file: *mut ffi::sqlite3_file,
    operation: c_int,
    argument: *mut c_void,
) -> c_int {
    pass_on!(file, xFileControl, operation, argument)
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    pass_on!(file, xSectorSize)
}

unsafe extern "C" fn device_characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    pass_on!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    pass_on!(file, xShmMap, region, size, extend, out)
}

unsafe extern "C" fn shm_lock(
    file: *mut ffi::sqlite3_file,
    first: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    pass_on!(file, xShmLock, first, count, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: as in `pass_on`.
    unsafe {
        let below = below(file);
        if let Some(barrier) = (*(*below).pMethods).xShmBarrier {
            barrier(below);
        }
    }
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    pass_on!(file, xShmUnmap, delete)
}

unsafe extern "C" fn fetch(
    file: *mut ffi::sqlite3_file,
    from: ffi::sqlite3_int64,
    count: c_int,
    out: *mut *mut c_void,
) -> c_int {
    pass_on!(file, xFetch, from, count, out)
}

unsafe extern "C" fn unfetch(
    file: *mut ffi::sqlite3_file,
    from: ffi::sqlite3_int64,
    page: *mut c_void,
) -> c_int {
    pass_on!(file, xUnfetch, from, page)
}
