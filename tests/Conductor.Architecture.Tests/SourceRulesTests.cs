using System.Text.RegularExpressions;

namespace Conductor.Architecture.Tests;

/// <summary>Rules of style that a compiler does not know.</summary>
public sealed partial class SourceRulesTests
{
    private static readonly string Root = RepositoryRoot.Find();

    public static TheoryData<string, string> Banned() => new()
    {
        { @"\bDateTime(Offset)?\.(Utc)?Now\b", "time comes from a TimeProvider" },
        { @"\bThread\.Sleep\b", "nothing sleeps" },
        { @"\bTask\.Delay\(\s*\d", "waits are TimeSpans and take the TimeProvider" },
        { @"\.GetAwaiter\(\)\.GetResult\(\)", "nothing blocks on a task" },
        { @"\bnew\s+NotImplementedException\b", "nothing that is documented is missing" },
    };

    [Theory]
    [MemberData(nameof(Banned))]
    public void Source_HoldsNothingBanned(string pattern, string because)
    {
        var found = SourceFiles("src", "plugins", "operations")
            .Where(file => !file.Contains("Conductor.TestKit", StringComparison.Ordinal))
            .SelectMany(file => File.ReadLines(file).Select((line, index) => (file, line, number: index + 1)))
            .Where(place => !place.line.TrimStart().StartsWith("//", StringComparison.Ordinal) && Regex.IsMatch(place.line, pattern))
            .Select(place => $"{Path.GetRelativePath(Root, place.file)}:{place.number}: {because}");

        Assert.Empty(found);
    }

    [Fact]
    public void Documentation_NamesOnlyFilesThatExist()
    {
        var missing = Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Root, "README.md"))
            .SelectMany(file => LinkedFile().Matches(File.ReadAllText(file)).Select(match => (file, target: match.Groups[1].Value)))
            .Where(link => !link.target.Contains("://", StringComparison.Ordinal))
            .Where(link => !Path.Exists(Path.Combine(Path.GetDirectoryName(link.file)!, link.target)))
            .Select(link => $"{Path.GetRelativePath(Root, link.file)} links to {link.target}");

        Assert.Empty(missing);
    }

    [Fact]
    public void Documentation_NamesOnlyTestsThatExist()
    {
        var tests = SourceFiles("tests").GroupBy(file => Path.GetFileNameWithoutExtension(file)).ToDictionary(group => group.Key, group => string.Concat(group.Select(File.ReadAllText)));

        var named = Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .SelectMany(file => NamedTest().Matches(File.ReadAllText(file)).Select(match => (Class: match.Groups[1].Value, Method: match.Groups[2].Value)))
            .ToList();

        Assert.NotEmpty(named);
        Assert.All(named, test => Assert.Contains($" {test.Method}(", tests.GetValueOrDefault(test.Class, ""), StringComparison.Ordinal));
    }

    [Fact]
    public void ArchitecturePage_NamesEveryProject()
    {
        var page = File.ReadAllText(Path.Combine(Root, "docs/architecture.md"));

        var unnamed = new[] { "src", "plugins", "operations" }
            .SelectMany(room => Directory.GetFiles(Path.Combine(Root, room), "*.csproj", SearchOption.AllDirectories))
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Where(name => !page.Contains(name, StringComparison.Ordinal));

        Assert.Empty(unnamed);
    }

    private static IEnumerable<string> SourceFiles(params string[] rooms) => rooms
        .SelectMany(room => Directory.GetFiles(Path.Combine(Root, room), "*.cs", SearchOption.AllDirectories))
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [GeneratedRegex(@"`(\w+Tests)\.(\w+_\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex LinkedFile();
}
