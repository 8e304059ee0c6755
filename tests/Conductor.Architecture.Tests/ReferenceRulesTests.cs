using System.Xml.Linq;

namespace Conductor.Architecture.Tests;

/// <summary>Who may reference whom. The rule is this list; docs/architecture.md draws it.</summary>
public sealed class ReferenceRulesTests
{
    private static readonly string Root = RepositoryRoot.Find();

    private static readonly Dictionary<string, string[]> AllowedProjects = new()
    {
        ["Conductor.Abstractions"] = [],
        ["Conductor.Operations.Contracts"] = [],
        ["Conductor.Wire"] = [],
        ["Conductor.Wire.*"] = ["Conductor.Wire"],
        ["Conductor.Tokens"] = [],
        ["Conductor.Core"] = ["Conductor.Abstractions", "Conductor.Operations.Contracts", "Conductor.Tokens"],
        ["Conductor.PluginLoading"] = ["Conductor.Abstractions"],
        ["Conductor.Storage.*"] = ["Conductor.Core"],
        ["Conductor.TestKit"] = ["Conductor.Abstractions", "Conductor"],
        ["Conductor"] = ["Conductor.Core", "Conductor.PluginLoading", "Conductor.Operations.Contracts"],
        ["Conductor.Host"] = ["Conductor", "Conductor.Wire", "Conductor.Wire.*", "Conductor.Storage.*", "Conductor.TestKit"],
        ["Conductor.Providers.Http"] = ["Conductor.Abstractions", "Conductor.Wire"],
        ["Conductor.Providers.Http.*"] = ["Conductor.Abstractions", "Conductor.Wire", "Conductor.Wire.*", "Conductor.Providers.Http"],
        ["Conductor.Providers.*"] = ["Conductor.Abstractions", "Conductor.Operations.Contracts", "Conductor.Wire", "Conductor.Wire.*", "Conductor.Providers.Http", "Conductor.Providers.Http.*"],
        ["Conductor.Operations.*"] = ["Conductor.Abstractions", "Conductor.Operations.Contracts", "Conductor.Wire", "Conductor.Wire.*"],
    };

    private static readonly Dictionary<string, string[]> AllowedPackages = new()
    {
        ["Conductor.Abstractions"] =
        [
            "Microsoft.Extensions.AI.Abstractions", "Microsoft.Extensions.Configuration.Abstractions", "Microsoft.Extensions.DependencyInjection.Abstractions",
        ],
        ["Conductor.Operations.Contracts"] = [],
        ["Conductor.Tokens"] = [],
        ["Conductor.Wire"] = ["Microsoft.Extensions.AI.Abstractions"],
        ["Conductor.Wire.*"] = ["Microsoft.Extensions.AI.Abstractions"],
    };

    public static TheoryData<string> Projects()
    {
        var data = new TheoryData<string>();
        foreach (var room in new[] { "src", "plugins", "operations" })
        {
            foreach (var file in Directory.GetFiles(Path.Combine(Root, room), "*.csproj", SearchOption.AllDirectories))
            {
                data.Add(Path.GetRelativePath(Root, file).Replace('\\', '/'));
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_References_OnlyWhatTheHouseAllows(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        var allowed = RuleFor(AllowedProjects, name) ?? throw new InvalidOperationException($"{name} has no rule: add it to the list, and to docs/architecture.md.");

        var referenced = References(project, "ProjectReference")
            .Where(reference => !reference.StartsWith('@')) // the host's plugins: build order, no reference
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Replace('\\', '/').Replace("$(RepoRoot)", "")));

        Assert.All(referenced, target => Assert.Contains(allowed, pattern => Matches(pattern, target)));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Contract_Packages_AreTheNamedOnes(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        if (RuleFor(AllowedPackages, name) is not { } allowed)
        {
            return;
        }

        Assert.All(References(project, "PackageReference"), package => Assert.Contains(package, allowed));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Plugin_NeverReferencesMediatR(string project)
    {
        if (!project.StartsWith("src/", StringComparison.Ordinal) || project.Contains("Abstractions", StringComparison.Ordinal))
        {
            Assert.DoesNotContain("MediatR", References(project, "PackageReference"));
        }
    }

    [Fact]
    public void HostReferencesPlugins_AsBuildOrderOnly()
    {
        var host = XDocument.Load(Path.Combine(Root, "src/Conductor.Host/Conductor.Host.csproj"));

        var plugins = host.Descendants("ProjectReference").Single(item => item.Attribute("Include")!.Value == "@(PluginProject)");

        Assert.Equal("false", plugins.Attribute("ReferenceOutputAssembly")!.Value);
        Assert.Equal("false", plugins.Attribute("Private")!.Value);
    }

    [Fact]
    public void Solution_HoldsEveryProjectOfTheHouse()
    {
        var solution = File.ReadAllText(Path.Combine(Root, "Conductor.Plugins.sln")).Replace('\\', '/');

        var missing = new[] { "src", "plugins", "operations", "tests" }
            .SelectMany(room => Directory.GetFiles(Path.Combine(Root, room), "*.csproj", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !solution.Contains(file, StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(Path.Combine(Root, project)).Descendants(kind).Select(item => item.Attribute("Include")!.Value);

    // The exact name wins over a pattern, the longer pattern over the shorter.
    private static string[]? RuleFor(Dictionary<string, string[]> rules, string name) =>
        rules.Where(rule => Matches(rule.Key, name)).OrderByDescending(rule => rule.Key.Length).Select(rule => rule.Value).FirstOrDefault();

    private static bool Matches(string pattern, string name) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) && pattern[..^1] != name : pattern == name;
}
