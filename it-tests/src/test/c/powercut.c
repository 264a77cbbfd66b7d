/*
 * A power cut for one directory, without a power cut.
 *
 * kill -9 proves nothing about fsync: the page cache survives the process. This library, preloaded
 * into a broker, writes down how to take back every change below POWERCUT_DIR that was not synced
 * yet. After the kill, a test takes those changes back (all of them, or all but a random beginning,
 * or a random choice of pages) and so gets the directory that a machine which lost its power might
 * have kept.
 *
 *   POWERCUT_DIR           directory that is watched, absolute
 *   POWERCUT_JOURNAL       directory outside of it, on the same file system, for the journals
 *   POWERCUT_IGNORE_SYNC   files with this in their paths stay unsynced whatever the program does:
 *                          shows that the test notices a program that does not sync
 *
 * In the journal directory:
 *   content-INO   undo records of one file; INO is its inode number
 *   inode-INO     a hard link to the file, so that its content outlives renames and deletions
 *   names         undo records of directory changes, in order
 *
 * A record is text, "KIND field field ...\n", followed by as many raw bytes as its last number says.
 * content:  W offset length oldsize oldlength   + old bytes       before a write, or a cut
 *           S count                              0                the first COUNT records are synced
 * names:    C ino 0                              + path            created
 *           U ino 0                              + path            unlinked
 *           R ino replaced-ino                   + old \0 new      renamed (replaced-ino 0: nothing)
 *           M 0 0                                + path            directory made
 *           D 0 0                                + path            directory synced
 * What is undone: a content record behind its file's sync, a name record behind its directory's.
 * A file's own sync does not make its name durable here: POSIX does not promise it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define BUCKETS 4096

struct tracked {
  dev_t dev;
  ino_t ino;
  int journal;    /* descriptor of content-INO */
  long records;   /* written since the journal was last emptied */
  long emptied;   /* how often that happened */
  int never_synced;
  struct tracked *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct tracked *table[BUCKETS];
static char watched[PATH_MAX], journals[PATH_MAX];
static const char *ignored;
static int names_fd = -1;

#define REAL(name) static __typeof__(name) *real; \
  if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static int real_open(const char *path, int flags, mode_t mode) {
  static int (*real)(const char *, int, ...);
  if (!real) real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open64");
  return real(path, flags, mode);
}

static ssize_t real_pwrite(int fd, const void *data, size_t length, off_t offset) {
  static ssize_t (*real)(int, const void *, size_t, off_t);
  if (!real) real = (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite64");
  return real(fd, data, length, offset);
}

static ssize_t real_write(int fd, const void *data, size_t length) {
  static ssize_t (*real)(int, const void *, size_t);
  if (!real) real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  return real(fd, data, length);
}

static int real_ftruncate(int fd, off_t length) {
  static int (*real)(int, off_t);
  if (!real) real = (int (*)(int, off_t))dlsym(RTLD_NEXT, "ftruncate64");
  return real(fd, length);
}

static void die(const char *what) {
  fprintf(stderr, "powercut: %s: %s\n", what, strerror(errno));
  abort();
}

__attribute__((constructor)) static void start(void) {
  const char *dir = getenv("POWERCUT_DIR"), *journal = getenv("POWERCUT_JOURNAL");
  if (dir && journal) {
    snprintf(watched, sizeof watched, "%s/", dir);
    snprintf(journals, sizeof journals, "%s", journal);
    ignored = getenv("POWERCUT_IGNORE_SYNC");
  }
}

/* The absolute path when it lies below the watched directory, else NULL. */
static const char *inside(int dirfd, const char *path, char *buffer) {
  if (!watched[0] || !path) return NULL;
  if (path[0] != '/') {
    char base[PATH_MAX];
    ssize_t n = -1;
    if (dirfd == AT_FDCWD) {
      if (getcwd(base, sizeof base)) n = strlen(base);
    } else {
      char link[64];
      snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
      n = readlink(link, base, sizeof base - 1);
    }
    if (n < 0 || n + strlen(path) + 2 > PATH_MAX) return NULL;
    base[n] = 0;
    snprintf(buffer, PATH_MAX + 256, "%s/%s", base, path);
    path = buffer;
  }
  return strncmp(path, watched, strlen(watched)) == 0 ? path : NULL;
}

static void append(int fd, const char *head, const void *data, size_t length) {
  /* One write per record: a kill leaves whole records, or one torn at the end, which is dropped. */
  struct iovec parts[2] = {{(void *)head, strlen(head)}, {(void *)data, length}};
  static ssize_t (*real)(int, const struct iovec *, int);
  if (!real) real = (ssize_t(*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
  if (real(fd, parts, length ? 2 : 1) != (ssize_t)(parts[0].iov_len + length)) die("journal");
}

static void name_record(char kind, ino_t ino, ino_t replaced, const char *data, size_t length) {
  if (names_fd < 0) {
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/names", journals);
    names_fd = real_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (names_fd < 0) die(path);
  }
  char head[128];
  snprintf(head, sizeof head, "%c %lu %lu %zu\n", kind, (unsigned long)ino,
           (unsigned long)replaced, length);
  append(names_fd, head, data, length);
}

static struct tracked *find(const struct stat *s) {
  for (struct tracked *t = table[s->st_ino % BUCKETS]; t; t = t->next)
    if (t->ino == s->st_ino && t->dev == s->st_dev) return t;
  return NULL;
}

static struct tracked *of_fd(int fd, struct stat *s) {
  if (!watched[0] || fstat(fd, s) != 0 || !S_ISREG(s->st_mode)) return NULL;
  return find(s);
}

static struct tracked *track(const char *path, const struct stat *s) {
  struct tracked *t = find(s);
  if (!t) {
    char name[PATH_MAX + 64];
    t = calloc(1, sizeof *t);
    t->dev = s->st_dev;
    t->ino = s->st_ino;
    snprintf(name, sizeof name, "%s/inode-%lu", journals, (unsigned long)s->st_ino);
    static int (*real_link)(const char *, const char *);
    if (!real_link) real_link = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "link");
    if (real_link(path, name) != 0 && errno != EEXIST) die(name);
    snprintf(name, sizeof name, "%s/content-%lu", journals, (unsigned long)s->st_ino);
    t->journal = real_open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (t->journal < 0) die(name);
    t->next = table[s->st_ino % BUCKETS];
    table[s->st_ino % BUCKETS] = t;
  }
  t->never_synced = ignored && *ignored && strstr(path, ignored) != NULL;
  return t;
}

/* Notes what [offset, offset+length) and the size are before they change. */
static void before(struct tracked *t, int fd, off_t size, off_t offset, size_t length) {
  size_t old = offset >= size ? 0 : (size_t)(size - offset) < length ? (size_t)(size - offset) : length;
  char *bytes = malloc(old + 1);
  int reader = fd, mode = fcntl(fd, F_GETFL) & O_ACCMODE;
  char name[64];
  if (old && mode == O_WRONLY) {
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    reader = real_open(name, O_RDONLY | O_CLOEXEC, 0);
    if (reader < 0) die(name);
  }
  for (size_t done = 0; done < old;) {
    ssize_t n = pread(reader, bytes + done, old - done, offset + done);
    if (n <= 0) die("reading old content");
    done += n;
  }
  if (reader != fd) close(reader);
  char head[128];
  snprintf(head, sizeof head, "W %lld %zu %lld %zu\n", (long long)offset, length, (long long)size, old);
  append(t->journal, head, bytes, old);
  t->records++;
  free(bytes);
}

/* ---- content ---- */

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  struct stat s;
  pthread_mutex_lock(&lock);
  struct tracked *t = of_fd(fd, &s);
  if (t) before(t, fd, s.st_size, offset, length);
  else pthread_mutex_unlock(&lock);
  ssize_t n = real_pwrite(fd, data, length, offset);
  int e = errno;
  if (t) pthread_mutex_unlock(&lock);
  errno = e;
  return n;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  return pwrite64(fd, data, length, offset);
}

static off_t position(int fd, const struct stat *s) {
  return fcntl(fd, F_GETFL) & O_APPEND ? s->st_size : lseek(fd, 0, SEEK_CUR);
}

ssize_t write(int fd, const void *data, size_t length) {
  struct stat s;
  if (!watched[0]) return real_write(fd, data, length);
  pthread_mutex_lock(&lock);
  struct tracked *t = of_fd(fd, &s);
  if (t) before(t, fd, s.st_size, position(fd, &s), length);
  else pthread_mutex_unlock(&lock);
  ssize_t n = real_write(fd, data, length);
  int e = errno;
  if (t) pthread_mutex_unlock(&lock);
  errno = e;
  return n;
}

static size_t sum(const struct iovec *parts, int count) {
  size_t all = 0;
  for (int i = 0; i < count; i++) all += parts[i].iov_len;
  return all;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(writev);
  struct stat s;
  if (!watched[0]) return real(fd, parts, count);
  pthread_mutex_lock(&lock);
  struct tracked *t = of_fd(fd, &s);
  if (t) before(t, fd, s.st_size, position(fd, &s), sum(parts, count));
  else pthread_mutex_unlock(&lock);
  ssize_t n = real(fd, parts, count);
  int e = errno;
  if (t) pthread_mutex_unlock(&lock);
  errno = e;
  return n;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  REAL(pwritev64);
  struct stat s;
  pthread_mutex_lock(&lock);
  struct tracked *t = of_fd(fd, &s);
  if (t) before(t, fd, s.st_size, offset, sum(parts, count));
  ssize_t n = real(fd, parts, count, offset);
  int e = errno;
  pthread_mutex_unlock(&lock);
  errno = e;
  return n;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return pwritev64(fd, parts, count, offset);
}

int ftruncate64(int fd, off64_t length) {
  struct stat s;
  pthread_mutex_lock(&lock);
  struct tracked *t = of_fd(fd, &s);
  if (t) before(t, fd, s.st_size, length, length < s.st_size ? s.st_size - length : 0);
  int r = real_ftruncate(fd, length);
  int e = errno;
  pthread_mutex_unlock(&lock);
  errno = e;
  return r;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int fallocate64(int fd, int mode, off64_t offset, off64_t length) {
  REAL(fallocate64);
  struct stat s;
  pthread_mutex_lock(&lock);
  struct tracked *t = of_fd(fd, &s);
  /* FALLOC_FL_PUNCH_HOLE and its kin change content, plain allocation only the size. */
  if (t) before(t, fd, s.st_size, offset, mode & ~FALLOC_FL_KEEP_SIZE ? length : 0);
  int r = real(fd, mode, offset, length);
  int e = errno;
  pthread_mutex_unlock(&lock);
  errno = e;
  return r;
}

int fallocate(int fd, int mode, off_t offset, off_t length) {
  return fallocate64(fd, mode, offset, length);
}

int posix_fallocate64(int fd, off64_t offset, off64_t length) {
  return fallocate64(fd, 0, offset, length) == 0 ? 0 : errno;
}

int posix_fallocate(int fd, off_t offset, off_t length) {
  return posix_fallocate64(fd, offset, length);
}

/* Programs fall back to read and write, which are watched. */
ssize_t copy_file_range(int in, off64_t *in_at, int out, off64_t *out_at, size_t n, unsigned flags) {
  REAL(copy_file_range);
  struct stat s;
  pthread_mutex_lock(&lock);
  struct tracked *t = of_fd(out, &s);
  pthread_mutex_unlock(&lock);
  if (t) {
    errno = ENOSYS;
    return -1;
  }
  return real(in, in_at, out, out_at, n, flags);
}

/* ---- sync ---- */

static int synced(int fd, int (*real)(int)) {
  struct stat s;
  if (!watched[0] || fstat(fd, &s) != 0) return real(fd);
  char link[64], path[PATH_MAX];
  ssize_t n = -1;
  if (S_ISDIR(s.st_mode)) {
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof path - 2);
  }
  pthread_mutex_lock(&lock);
  struct tracked *t = S_ISREG(s.st_mode) ? find(&s) : NULL;
  long covered = t ? t->records : 0, emptied = t ? t->emptied : 0;
  if (n > 0) {
    /* A slash makes the data directory itself count as inside. */
    path[n] = '/';
    path[n + 1] = 0;
    if (strncmp(path, watched, strlen(watched)) != 0) n = -1;
  }
  pthread_mutex_unlock(&lock);
  int r = real(fd), e = errno;
  pthread_mutex_lock(&lock);
  if (r == 0 && n > 0) name_record('D', 0, 0, path, n);
  /* Emptied meanwhile: another sync covered what this one did. */
  if (r == 0 && t && !t->never_synced && t->emptied == emptied) {
    if (covered == t->records) {
      if (real_ftruncate(t->journal, 0) != 0) die("emptying a journal");
      t->records = 0;
      t->emptied++;
    } else if (covered > 0) {
      char head[64];
      snprintf(head, sizeof head, "S %ld 0\n", covered);
      append(t->journal, head, NULL, 0);
    }
  }
  pthread_mutex_unlock(&lock);
  errno = e;
  return r;
}

int fsync(int fd) {
  REAL(fsync);
  return synced(fd, real);
}

int fdatasync(int fd) {
  REAL(fdatasync);
  return synced(fd, real);
}

/* ---- names ---- */

static int opened(int dirfd, const char *path, int flags, mode_t mode) {
  static int (*real)(int, const char *, int, ...);
  if (!real) real = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat64");
  char buffer[PATH_MAX + 256];
  const char *full = inside(dirfd, path, buffer);
  if (!full || (flags & O_DIRECTORY) || (flags & O_PATH) == O_PATH)
    return real(dirfd, path, flags, mode);
  pthread_mutex_lock(&lock);
  struct stat s;
  int existed = stat(full, &s) == 0;
  if (existed && S_ISREG(s.st_mode) && (flags & O_TRUNC) && s.st_size > 0) {
    int fd = real_open(full, O_RDWR | O_CLOEXEC, 0);
    if (fd >= 0) {
      before(track(full, &s), fd, s.st_size, 0, s.st_size);
      close(fd);
    }
  }
  int fd = real(dirfd, path, flags, mode), e = errno;
  if (fd >= 0 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode)) {
    track(full, &s);
    if (!existed) name_record('C', s.st_ino, 0, full, strlen(full));
  }
  pthread_mutex_unlock(&lock);
  errno = e;
  return fd;
}

#define MODE_ARGUMENT mode_t mode = 0; \
  if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) { MODE_ARGUMENT return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) {
  MODE_ARGUMENT return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}
int openat(int dir, const char *path, int flags, ...) { MODE_ARGUMENT return opened(dir, path, flags, mode); }
int openat64(int dir, const char *path, int flags, ...) {
  MODE_ARGUMENT return opened(dir, path, flags | O_LARGEFILE, mode);
}
int creat(const char *path, mode_t mode) {
  return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int renameat(int old_dir, const char *old_path, int new_dir, const char *new_path) {
  REAL(renameat);
  char a[PATH_MAX + 256], b[PATH_MAX + 256], both[2 * PATH_MAX + 512];
  const char *from = inside(old_dir, old_path, a), *to = inside(new_dir, new_path, b);
  if (!from || !to) return real(old_dir, old_path, new_dir, new_path);
  pthread_mutex_lock(&lock);
  struct stat s, replaced;
  int known = lstat(from, &s) == 0, replaces = lstat(to, &replaced) == 0;
  if (known && S_ISREG(s.st_mode)) track(from, &s);
  if (replaces && S_ISREG(replaced.st_mode)) track(to, &replaced);
  int r = real(old_dir, old_path, new_dir, new_path), e = errno;
  if (r == 0) {
    size_t n = strlen(from) + 1, m = strlen(to);
    memcpy(both, from, n);
    memcpy(both + n, to, m);
    name_record('R', s.st_ino, replaces ? replaced.st_ino : 0, both, n + m);
    if (S_ISREG(s.st_mode)) track(to, &s);
  }
  pthread_mutex_unlock(&lock);
  errno = e;
  return r;
}

int rename(const char *from, const char *to) { return renameat(AT_FDCWD, from, AT_FDCWD, to); }

int unlinkat(int dir, const char *path, int flags) {
  REAL(unlinkat);
  char buffer[PATH_MAX + 256];
  const char *full = inside(dir, path, buffer);
  if (!full || (flags & AT_REMOVEDIR)) return real(dir, path, flags);
  pthread_mutex_lock(&lock);
  struct stat s;
  int known = lstat(full, &s) == 0 && S_ISREG(s.st_mode);
  if (known) track(full, &s);
  int r = real(dir, path, flags), e = errno;
  if (r == 0 && known) name_record('U', s.st_ino, 0, full, strlen(full));
  pthread_mutex_unlock(&lock);
  errno = e;
  return r;
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int remove(const char *path) {
  REAL(remove);
  struct stat s;
  return lstat(path, &s) == 0 && !S_ISDIR(s.st_mode) ? unlink(path) : real(path);
}

int link(const char *from, const char *to) {
  REAL(link);
  char buffer[PATH_MAX + 256];
  const char *full = inside(AT_FDCWD, to, buffer);
  pthread_mutex_lock(&lock);
  int r = real(from, to), e = errno;
  struct stat s;
  if (r == 0 && full && stat(full, &s) == 0) {
    track(full, &s);
    name_record('C', s.st_ino, 0, full, strlen(full));
  }
  pthread_mutex_unlock(&lock);
  errno = e;
  return r;
}

int mkdirat(int dir, const char *path, mode_t mode) {
  REAL(mkdirat);
  char buffer[PATH_MAX + 256];
  const char *full = inside(dir, path, buffer);
  int r = real(dir, path, mode), e = errno;
  if (r == 0 && full) {
    pthread_mutex_lock(&lock);
    name_record('M', 0, 0, full, strlen(full));
    pthread_mutex_unlock(&lock);
  }
  errno = e;
  return r;
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
