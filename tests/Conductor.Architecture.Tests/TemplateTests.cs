using System.Xml.Linq;

namespace Conductor.Architecture.Tests;

/// <summary>Templates are not built with the solution, so nothing else would notice that a version in them has been left behind.</summary>
public sealed class TemplateTests
{
    private static readonly string Root = RepositoryRoot.Find();

    public static TheoryData<string> Projects() =>
        [.. Directory.GetFiles(Path.Combine(Root, "templates"), "PluginFile1*.csproj", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Root, file))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Template_PackageVersions_AreTheRepositorys(string project)
    {
        var central = XDocument.Load(Path.Combine(Root, "Directory.Packages.props")).Descendants("PackageVersion").ToDictionary(item => item.Attribute("Include")!.Value, item => item.Attribute("Version")!.Value);

        foreach (var reference in XDocument.Load(Path.Combine(Root, project)).Descendants("PackageReference"))
        {
            var name = reference.Attribute("Include")!.Value;
            var expected = name.StartsWith("Conductor.", StringComparison.Ordinal)
                ? XDocument.Load(Path.Combine(Root, "src", name, name + ".csproj")).Descendants("PackageVersion").Single().Value
                : central[name];
            Assert.Equal((name, expected), (name, reference.Attribute("Version")!.Value));
        }
    }

    [Fact]
    public void Packages_AllThatThePackedProjectsReferTo_ArePacked()
    {
        var packed = XDocument.Load(Path.Combine(Root, "templates", "Packages.proj")).Descendants("Packed").Select(item => Path.GetFullPath(Path.Combine(Root, "templates", item.Attribute("Include")!.Value))).ToList();

        var missing = packed
            .SelectMany(project => XDocument.Load(project).Descendants("ProjectReference").Select(item => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, item.Attribute("Include")!.Value.Replace('\\', '/')))))
            .Where(reference => !packed.Contains(reference));

        Assert.Empty(missing);
    }
}
