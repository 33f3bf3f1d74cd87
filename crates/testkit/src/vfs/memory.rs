//! [`Disk`](super::Disk) as SQLite sees it.
//!
//! Every function here is called by SQLite alone, with what the interface of its file systems
//! promises: pointers to a file that `open` filled and `close` has not yet ended, buffers of the
//! length that is told with them, names that end with a NUL.

#![expect(unsafe_code, reason = "a file system of SQLite is a table of C functions")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::mem::size_of;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering, fence};

use rusqlite::ffi;

use super::disk::{Drive, Shared, lock};
use super::file::{File, Index};
use super::locks::{Busy, Hold, Level, Owner, SLOTS};
use super::meter::{Failure, FileKind};

/// An open file, in memory that SQLite owns.
#[repr(C)]
struct Open {
    base: ffi::sqlite3_file,
    handle: *mut Handle,
}

struct Handle {
    drive: Arc<Drive>,
    file: Shared,
    owner: Owner,
    /// Taken away when it is closed, by this name.
    temporary: Option<String>,
    /// Regions stay as long as a connection may look at them, also behind a crash.
    regions: Vec<super::file::Region>,
}

/// Mounts a drive for the rest of the process' life.
pub(super) fn register(name: CString, drive: Arc<Drive>) {
    let vfs = Box::new(ffi::sqlite3_vfs {
        iVersion: 2,
        szOsFile: size_of::<Open>() as c_int,
        mxPathname: 512,
        pNext: ptr::null_mut(),
        zName: name.into_raw(),
        pAppData: Arc::into_raw(drive).cast_mut().cast(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_pathname),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: Some(current_time),
        xGetLastError: None,
        xCurrentTimeInt64: Some(current_time_ms),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    });
    // SAFETY: the table and its name are leaked, so they live as long as SQLite may use them.
    let code = unsafe { ffi::sqlite3_vfs_register(Box::into_raw(vfs), 0) };
    assert_eq!(code, ffi::SQLITE_OK, "the disk was not mounted");
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock_file),
    xUnlock: Some(unlock_file),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

unsafe fn drive_of<'a>(vfs: *mut ffi::sqlite3_vfs) -> &'a Drive {
    // SAFETY: `register` put the drive there and leaked it.
    unsafe { &*(*vfs).pAppData.cast::<Drive>() }
}

unsafe fn shared_drive(vfs: *mut ffi::sqlite3_vfs) -> Arc<Drive> {
    // SAFETY: as above; the leaked count stays, this one is counted besides.
    unsafe {
        let drive = (*vfs).pAppData.cast::<Drive>().cast_const();
        Arc::increment_strong_count(drive);
        Arc::from_raw(drive)
    }
}

unsafe fn handle_of<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Handle {
    // SAFETY: `open` put the handle there; SQLite uses a file from one thread at a time.
    unsafe { &mut *(*file.cast::<Open>()).handle }
}

unsafe fn name_of<'a>(name: *const c_char) -> Option<&'a str> {
    // SAFETY: SQLite gives a name that ends with a NUL, or none.
    (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_str().ok()).flatten()
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: see the module.
    let (drive, path) = unsafe { (shared_drive(vfs), name_of(name)) };
    // SAFETY: the memory is SQLite's, as large as `szOsFile` says. Without methods it is not open.
    unsafe { (*file).pMethods = ptr::null() };
    let kind = match flags {
        _ if flags & ffi::SQLITE_OPEN_MAIN_DB != 0 => FileKind::Database,
        _ if flags & ffi::SQLITE_OPEN_WAL != 0 => FileKind::Wal,
        _ if flags & ffi::SQLITE_OPEN_MAIN_JOURNAL != 0 => FileKind::Journal,
        _ => FileKind::Other,
    };
    let owner = drive.fresh();
    let path = path.map_or_else(|| format!("temporary-{owner}"), str::to_owned);
    let found = drive.find(&path);
    let exclusive = flags & ffi::SQLITE_OPEN_EXCLUSIVE != 0;
    if drive.meter.is_dead() || found.is_some() && exclusive {
        return ffi::SQLITE_CANTOPEN;
    }
    let shared = match found {
        Some(shared) => shared,
        None if flags & ffi::SQLITE_OPEN_CREATE != 0 => drive.make(&path, kind),
        None => return ffi::SQLITE_CANTOPEN,
    };
    let temporary = (flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0).then_some(path);
    let handle = Handle { drive, file: shared, owner, temporary, regions: Vec::new() };
    // SAFETY: as above.
    unsafe {
        (*file.cast::<Open>()).handle = Box::into_raw(Box::new(handle));
        (*file).pMethods = &raw const METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _sync_directory: c_int,
) -> c_int {
    // SAFETY: see the module.
    let (drive, path) = unsafe { (drive_of(vfs), name_of(name)) };
    match path {
        _ if drive.meter.is_dead() => ffi::SQLITE_IOERR_DELETE,
        Some(path) if drive.remove(path) => ffi::SQLITE_OK,
        _ => ffi::SQLITE_IOERR_DELETE_NOENT,
    }
}

unsafe extern "C" fn access(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _flags: c_int,
    result: *mut c_int,
) -> c_int {
    // SAFETY: see the module.
    let there = unsafe { name_of(name).is_some_and(|path| drive_of(vfs).find(path).is_some()) };
    // SAFETY: the result is SQLite's to be written.
    unsafe { *result = c_int::from(there) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: the name ends with a NUL, and `out` has `room` bytes.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if bytes.len() > usize::try_from(room).unwrap_or_default() {
            return ffi::SQLITE_CANTOPEN;
        }
        ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len());
    }
    ffi::SQLITE_OK
}

/// Bytes that follow from a count, so that a run can be repeated.
unsafe extern "C" fn randomness(
    vfs: *mut ffi::sqlite3_vfs,
    count: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: see the module.
    let mut random = crate::random::Random::new(unsafe { drive_of(vfs) }.fresh());
    for place in 0..usize::try_from(count).unwrap_or_default() {
        // SAFETY: `out` has `count` bytes.
        unsafe { *out.add(place) = random.bits() as c_char };
    }
    count
}

unsafe extern "C" fn sleep(_vfs: *mut ffi::sqlite3_vfs, micros: c_int) -> c_int {
    let length = u64::try_from(micros).unwrap_or_default();
    std::thread::sleep(std::time::Duration::from_micros(length));
    micros
}

/// Noon of 1 January 2000 as a Julian day: time stands still on this disk.
const JULIAN_DAY: f64 = 2_451_545.0;

unsafe extern "C" fn current_time(_vfs: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: the result is SQLite's to be written.
    unsafe { *out = JULIAN_DAY };
    ffi::SQLITE_OK
}

unsafe extern "C" fn current_time_ms(
    _vfs: *mut ffi::sqlite3_vfs,
    out: *mut ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: the result is SQLite's to be written.
    unsafe { *out = (JULIAN_DAY * 86_400_000.0) as ffi::sqlite3_int64 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: the handle is not used again.
    let handle = unsafe { Box::from_raw((*file.cast::<Open>()).handle) };
    {
        let mut file = lock(&handle.file);
        file.locks.unlock(handle.owner, Level::None);
        if let Some(index) = &mut file.index {
            index.locks.unlock(handle.owner, 0..SLOTS);
        }
    }
    if let Some(path) = &handle.temporary {
        handle.drive.remove(path);
    }
    // SAFETY: the memory is SQLite's; without methods the file is closed.
    unsafe { (*file).pMethods = ptr::null() };
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    buffer: *mut c_void,
    count: c_int,
    from: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: see the module; the buffer has `count` bytes.
    let (handle, buffer) = unsafe {
        let count = usize::try_from(count).unwrap_or_default();
        (handle_of(file), std::slice::from_raw_parts_mut(buffer.cast::<u8>(), count))
    };
    let file = lock(&handle.file);
    if !file.alive || handle.drive.meter.is_dead() {
        return ffi::SQLITE_IOERR_READ;
    }
    match file.read(buffer, offset(from)) {
        all if all == buffer.len() => ffi::SQLITE_OK,
        _ => ffi::SQLITE_IOERR_SHORT_READ,
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    buffer: *const c_void,
    count: c_int,
    from: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: see the module; the buffer has `count` bytes.
    let (handle, bytes) = unsafe {
        let count = usize::try_from(count).unwrap_or_default();
        (handle_of(file), std::slice::from_raw_parts(buffer.cast::<u8>(), count))
    };
    let mut file = lock(&handle.file);
    if !file.alive {
        return ffi::SQLITE_IOERR_WRITE;
    }
    match handle.drive.meter.write(file.kind, bytes.len()) {
        Ok(()) => file.write(bytes, offset(from)),
        Err(failure) => return code(failure, ffi::SQLITE_IOERR_WRITE),
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: ffi::sqlite3_int64) -> c_int {
    // SAFETY: see the module.
    let handle = unsafe { handle_of(file) };
    let mut file = lock(&handle.file);
    if !file.alive {
        return ffi::SQLITE_IOERR_TRUNCATE;
    }
    match handle.drive.meter.write(file.kind, 0) {
        Ok(()) => file.truncate(offset(length)),
        Err(failure) => return code(failure, ffi::SQLITE_IOERR_TRUNCATE),
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: see the module.
    let handle = unsafe { handle_of(file) };
    let kind = lock(&handle.file).kind;
    // The delay is slept without the file's lock, so that readers go on.
    let answer = handle.drive.meter.sync(kind);
    let mut file = lock(&handle.file);
    match answer {
        Ok(()) if !file.alive => ffi::SQLITE_IOERR_FSYNC,
        Ok(()) => {
            if !handle.drive.meter.is_ignoring_syncs() {
                file.sync();
            }
            ffi::SQLITE_OK
        }
        Err(failure) => code(failure, ffi::SQLITE_IOERR_FSYNC),
    }
}

unsafe extern "C" fn file_size(
    file: *mut ffi::sqlite3_file,
    out: *mut ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: see the module.
    let handle = unsafe { handle_of(file) };
    let file = lock(&handle.file);
    if !file.alive || handle.drive.meter.is_dead() {
        return ffi::SQLITE_IOERR_FSTAT;
    }
    // SAFETY: the result is SQLite's to be written.
    unsafe { *out = file.len() as ffi::sqlite3_int64 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock_file(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see the module.
    let handle = unsafe { handle_of(file) };
    let mut file = lock(&handle.file);
    if !file.alive {
        return ffi::SQLITE_IOERR_LOCK;
    }
    busy(file.locks.lock(handle.owner, Level::of(level)))
}

unsafe extern "C" fn unlock_file(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see the module.
    let handle = unsafe { handle_of(file) };
    lock(&handle.file).locks.unlock(handle.owner, Level::of(level));
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(
    file: *mut ffi::sqlite3_file,
    result: *mut c_int,
) -> c_int {
    // SAFETY: see the module; the result is SQLite's to be written.
    unsafe { *result = c_int::from(lock(&handle_of(file).file).locks.is_reserved()) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(
    _file: *mut ffi::sqlite3_file,
    _operation: c_int,
    _argument: *mut c_void,
) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    4096
}

/// As on a usual disk: a write that is cut off leaves the bytes beside it alone.
unsafe extern "C" fn device_characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: see the module.
    let handle = unsafe { handle_of(file) };
    let mut file = lock(&handle.file);
    if !file.alive {
        return ffi::SQLITE_IOERR_SHMMAP;
    }
    let regions = &mut file.index.get_or_insert_with(Index::default).regions;
    let place = usize::try_from(region).unwrap_or_default();
    let words = usize::try_from(size).unwrap_or_default() / size_of::<u64>();
    while extend != 0 && regions.len() <= place {
        regions.push((0..words).map(|_| AtomicU64::new(0)).collect());
    }
    let found = regions.get(place).cloned();
    // SAFETY: the result is SQLite's to be written. The words may change behind a shared pointer,
    // and the handle keeps the region for as long as the connection can use it.
    unsafe { *out = found.as_ref().map_or(ptr::null_mut(), |it| it.as_ptr().cast_mut().cast()) };
    handle.regions.extend(found);
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(
    file: *mut ffi::sqlite3_file,
    first: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: see the module.
    let handle = unsafe { handle_of(file) };
    let mut file = lock(&handle.file);
    let Some(index) = &mut file.index else { return ffi::SQLITE_IOERR_SHMLOCK };
    let first = usize::try_from(first).unwrap_or_default();
    let places = first..first + usize::try_from(count).unwrap_or_default();
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        index.locks.unlock(handle.owner, places);
        return ffi::SQLITE_OK;
    }
    let shared = flags & ffi::SQLITE_SHM_SHARED != 0;
    let hold = if shared { Hold::Shared } else { Hold::Exclusive };
    busy(index.locks.lock(handle.owner, places, hold))
}

unsafe extern "C" fn shm_barrier(_file: *mut ffi::sqlite3_file) {
    fence(Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    // SAFETY: see the module.
    let handle = unsafe { handle_of(file) };
    handle.regions.clear();
    let mut file = lock(&handle.file);
    let File { index, .. } = &mut *file;
    if let Some(locks) = index.as_mut().map(|index| &mut index.locks) {
        locks.unlock(handle.owner, 0..SLOTS);
    }
    if delete != 0 {
        *index = None;
    }
    ffi::SQLITE_OK
}

fn offset(value: ffi::sqlite3_int64) -> usize {
    usize::try_from(value).unwrap_or_default()
}

fn busy(answer: Result<(), Busy>) -> c_int {
    match answer {
        Ok(()) => ffi::SQLITE_OK,
        Err(Busy) => ffi::SQLITE_BUSY,
    }
}

fn code(failure: Failure, error: c_int) -> c_int {
    match failure {
        Failure::Full => ffi::SQLITE_FULL,
        Failure::Error | Failure::PowerCut => error,
    }
}
