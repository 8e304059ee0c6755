namespace Conductor.Storage.Sqlite.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("conductor-sqlite-").FullName;

    public string Database => System.IO.Path.Combine(Path, "conductor.db");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
