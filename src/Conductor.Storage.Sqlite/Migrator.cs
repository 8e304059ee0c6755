using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Conductor.Storage.Sqlite;

/// <summary>Brings a database to the newest schema: every missing step, each in a transaction of its own with its entry in `schema_migrations`.</summary>
internal static class Migrator
{
    /// <summary>Applies what is missing; after a failure the caller closes the connection, which takes a half-done step back. Two processes may do so at once: the second finds each step done.</summary>
    /// <exception cref="StorageException">The database is of a newer schema than <paramref name="migrations"/> know.</exception>
    public static void Apply(SqliteConnection connection, IReadOnlyList<Migration> migrations, TimeProvider time)
    {
        // Looking takes no write lock: a database that is up to date opens while another process writes.
        var version = VersionOf(connection);
        Refuse(connection, version, migrations);
        foreach (var migration in migrations.Where(migration => migration.Version > version))
        {
            Apply(connection, migration, time);
        }
    }

    private static void Apply(SqliteConnection connection, Migration migration, TimeProvider time)
    {
        connection.Execute("BEGIN IMMEDIATE"); // takes the write lock at once, before looking again
        if (VersionOf(connection) >= migration.Version)
        {
            connection.Execute("ROLLBACK");
            return;
        }

        connection.Execute("CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)");
        connection.Execute(migration.Sql);
        connection.Execute(
            "INSERT INTO schema_migrations (version, name, applied_at) VALUES (@Version, @Name, @AppliedAt)",
            new { migration.Version, migration.Name, AppliedAt = time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture) });
        connection.Execute("COMMIT");
    }

    private static int VersionOf(SqliteConnection connection) =>
        connection.ExecuteScalar<long>("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'") == 0
            ? 0
            : connection.ExecuteScalar<int>("SELECT COALESCE(MAX(version), 0) FROM schema_migrations");

    private static void Refuse(SqliteConnection connection, int version, IReadOnlyList<Migration> migrations)
    {
        var newest = migrations.Count == 0 ? 0 : migrations[^1].Version;
        if (version > newest)
        {
            throw new StorageException(
                $"The database '{connection.DataSource}' has schema version {version}, and this Conductor knows versions up to {newest}. It was written by a newer Conductor: run that one, or point 'storage.path' at another folder.");
        }

        if (version == 0 && connection.ExecuteScalar<long>("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'") > 0)
        {
            throw new StorageException(
                $"The database '{connection.DataSource}' holds tables that are not Conductor's. Point 'storage.path' at another folder, or move the file away.");
        }
    }
}
