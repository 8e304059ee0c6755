using System.Text.RegularExpressions;

namespace Conductor.Architecture.Tests;

/// <summary>Every HTTP client of the product follows no redirect: it would take a key, or a prompt, where no operator has sent it.</summary>
public sealed partial class HttpClientRulesTests
{
    // A handler's settings stand together with its making.
    private const int LinesOfAMaking = 24;

    private static readonly string Root = RepositoryRoot.Find();

    [Fact]
    public void Handler_WhereverItIsMade_FollowsNoRedirect()
    {
        var makings = Makings(Handler()).ToList();

        Assert.True(makings.Count >= 5, "the rule has lost sight of the handlers");
        Assert.Empty(makings.Where(made => !made.Text.Contains("AllowAutoRedirect = false", StringComparison.Ordinal)).Select(made => made.Place));
    }

    [Fact]
    public void Handler_ThatLives_RenewsItsConnections()
    {
        // The programs that try the gateway on its own machine do not live so long.
        var makings = Makings(Handler()).Where(made => !made.Place.Contains("/Lab/", StringComparison.Ordinal) && !made.Place.Contains("/Cli/", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(makings);
        Assert.Empty(makings.Where(made => !made.Text.Contains("PooledConnectionLifetime = TimeSpan.FromMinutes(2)", StringComparison.Ordinal)).Select(made => made.Place));
    }

    [Fact]
    public void Client_WithoutAHandlerOfItsOwn_IsMadeNowhere()
    {
        // Without one it follows redirects. What takes it from the factory gets the host's.
        Assert.Empty(Makings(BareClient()).Select(made => made.Place));
    }

    [Theory]
    [InlineData("new HttpClient()")]
    [InlineData("HttpClient client = new() { Timeout = x }")]
    [InlineData("new HttpClientHandler()")]
    [InlineData("new HttpClient { BaseAddress = a }")]
    public void Rule_SeesABareClient(string code) => Assert.Matches(BareClient(), code);

    private static IEnumerable<(string Place, string Text)> Makings(Regex pattern) => new[] { "src", "plugins", "operations" }
        .SelectMany(room => Directory.GetFiles(Path.Combine(Root, room), "*.cs", SearchOption.AllDirectories))
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .SelectMany(file =>
        {
            var lines = File.ReadAllLines(file);
            return lines.Select((line, index) => (line, index)).Where(place => !place.line.TrimStart().StartsWith("//", StringComparison.Ordinal) && pattern.IsMatch(place.line))
                .Select(place => (Place: $"{Path.GetRelativePath(Root, file).Replace('\\', '/')}:{place.index + 1}", Text: string.Join('\n', lines.Skip(place.index).Take(LinesOfAMaking))));
        });

    [GeneratedRegex(@"new SocketsHttpHandler\b|\.UseSocketsHttpHandler\(")]
    private static partial Regex Handler();

    [GeneratedRegex(@"new HttpClient(Handler)?\s*(\(\s*\)|\{|$)|\bHttpClient \w+ = new\(\)|new HttpClientHandler\b")]
    private static partial Regex BareClient();
}
