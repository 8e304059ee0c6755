using System.Globalization;
using System.Reflection;

namespace Conductor.Storage.Sqlite;

/// <summary>One step of the schema.</summary>
/// <param name="Version">1 and up, without gaps.</param>
/// <param name="Name">For people, for example `ledger`.</param>
/// <param name="Sql">Statements that run in one transaction.</param>
internal sealed record Migration(int Version, string Name, string Sql)
{
    /// <summary>The steps that this build knows: embedded files named `0001_ledger.sql` and so on, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = [.. Embedded().OrderBy(migration => migration.Version)];

    private static IEnumerable<Migration> Embedded()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var file in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(file)!);
            var parts = Path.GetFileNameWithoutExtension(file).Split('_', 2);
            yield return new Migration(int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], reader.ReadToEnd());
        }
    }
}
