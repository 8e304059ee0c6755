using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Conductor.Storage.Sqlite;

/// <summary>SQLite's failures as sentences that say what to do.</summary>
internal static class SqliteErrors
{
    public static StorageException ToStorage(SqliteException failure, string path) => new(Describe(failure, path), failure);

    private static string Describe(SqliteException failure, string path) => failure.SqliteErrorCode switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED =>
            $"The database '{path}' is locked by another process. Writing is tried again; if it lasts, stop the other process.",
        raw.SQLITE_FULL =>
            $"The disk is full: the database '{path}' cannot grow. Free some space; writing goes on by itself.",
        raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH =>
            $"The database '{path}' or its folder is read-only. Give this process the right to write there, or set 'storage.path' to another folder.",
        raw.SQLITE_CANTOPEN =>
            $"The database '{path}' cannot be opened. Check that its folder exists and that this process may write there.",
        raw.SQLITE_CORRUPT =>
            $"The database '{path}' is damaged. Restore it from a backup, or move it and its -wal and -shm files away to begin a new one.",
        raw.SQLITE_NOTADB =>
            $"The file '{path}' is not an SQLite database. Move it away, or set 'storage.path' to another folder.",
        raw.SQLITE_IOERR =>
            $"The disk failed while the database '{path}' was used ({failure.SqliteExtendedErrorCode}). Check the disk and its free space.",
        _ => $"The database '{path}' failed: {failure.Message}",
    };
}
