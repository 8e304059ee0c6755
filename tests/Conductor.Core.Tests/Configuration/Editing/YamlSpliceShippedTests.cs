using Conductor.Configuration;
using Conductor.Configuration.Editing;

namespace Conductor.Core.Tests.Configuration.Editing;

/// <summary>Every place of the files that people start with can be changed and taken out, and nothing else changes with it: neither a value nor a comment.</summary>
public sealed class YamlSpliceShippedTests
{
    private const string Marker = "changed-here";

    // The shipped one is all comment.
    private const string Tenants = """
        # Who may call.
        tenants:
          acme:                                       # a customer
            models: [ fast, smart, "openai/*" ]       # aliases and models
            limits: { concurrency: 50 }
            # what they pay for
            budget:
              - { usd: 100, per: month }
              - usd: 5                                # and not in one day
                per: day
          other: {}

        keys:
          # the web site
          - { tenant: acme, name: web, hash: "00", expires: 2027-01-01, budget: { usd: 5, per: day } }   # see the runbook
          - tenant: acme
            name: batch
            key: "${ACME_BATCH_KEY}"

        # the end

        """;

    [Theory]
    [InlineData("conductor.yaml", 1)]
    [InlineData("models.yaml", 23)] // a hundred entries alike: every so-manieth place will do
    [InlineData("tenants.yaml", 1)]
    public void Set_EveryPlace_ItAloneChanges(string file, int step)
    {
        var text = Text(file);
        var before = Leaves(text);
        foreach (var path in Paths(text).Where((_, index) => index % step == 0))
        {
            var yaml = new YamlSplice(text);
            yaml.Set(Marker, path);

            var after = Leaves(yaml.ToString());
            var name = string.Join('.', path);
            Assert.Equal(Marker, after[name]);
            Assert.Equal(before.Where(leaf => !IsIn(leaf.Key, name)).OrderBy(leaf => leaf.Key), after.Where(leaf => leaf.Key != name).OrderBy(leaf => leaf.Key));
            Assert.True(Comments(text).Count(comment => !Comments(yaml.ToString()).Contains(comment)) <= Inside(text, path), name);
        }
    }

    [Theory]
    [InlineData("conductor.yaml", 1)]
    [InlineData("models.yaml", 23)]
    [InlineData("tenants.yaml", 1)]
    public void Remove_EveryPlace_ItAloneIsGone(string file, int step)
    {
        var text = Text(file);
        var before = Leaves(text);
        foreach (var path in Paths(text).Where((_, index) => index % step == 0))
        {
            var yaml = new YamlSplice(text);
            Assert.True(yaml.Remove(path));

            var name = string.Join('.', path);
            var kept = before.Where(leaf => !IsIn(leaf.Key, name) && leaf.Value.Length > 0).Select(leaf => leaf.Value).Order();
            Assert.Equal(kept, Leaves(yaml.ToString()).Values.Where(value => value.Length > 0).Order());
        }
    }

    [Fact]
    public void Set_ThenBack_TheTextAsItWas()
    {
        foreach (var file in (string[])["conductor.yaml", "models.yaml", "tenants.yaml"])
        {
            var text = Text(file);
            foreach (var path in Paths(text).Where((_, index) => index % 17 == 0))
            {
                var yaml = new YamlSplice(text);
                yaml.Set("one", [.. path[..^1], "added_by_a_test"]);
                Assert.True(yaml.Remove([.. path[..^1], "added_by_a_test"]));

                Assert.Equal(text, yaml.ToString());
            }
        }
    }

    private static bool IsIn(string leaf, string path) => leaf == path || leaf.StartsWith(path + ".", StringComparison.Ordinal);

    private static string Text(string file)
    {
        if (file == "tenants.yaml")
        {
            return Tenants.ReplaceLineEndings("\n");
        }

        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Conductor.Plugins.sln")))
        {
            folder = folder.Parent!;
        }

        return File.ReadAllText(Path.Combine(folder.FullName, "config", file)).ReplaceLineEndings("\n");
    }

    private static List<YamlStep[]> Paths(string text)
    {
        List<YamlStep[]> paths = [];
        Visit(YamlReader.Read(text, "file", new ProblemList())!, []);
        Assert.True(paths.Count > 20, "there is little to try");
        return paths;

        void Visit(SettingsNode node, List<YamlStep> path)
        {
            if (path.Count > 0 && path[^1].Name is not null)
            {
                paths.Add([.. path]);
            }

            foreach (var member in node.Members)
            {
                Visit(member.Value, [.. path, member.Name]);
            }

            for (var i = 0; i < node.Items.Count; i++)
            {
                Visit(node.Items[i], [.. path, i]);
            }
        }
    }

    private static Dictionary<string, string> Leaves(string text)
    {
        var problems = new ProblemList();
        Dictionary<string, string> leaves = new(StringComparer.Ordinal);
        Visit(YamlReader.Read(text, "file", problems)!, "");
        Assert.Equal(0, problems.Count);
        return leaves;

        void Visit(SettingsNode node, string path)
        {
            if (node.Kind == SettingsNodeKind.Scalar)
            {
                leaves[path] = node.Text;
            }

            foreach (var member in node.Members)
            {
                Visit(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}");
            }

            for (var i = 0; i < node.Items.Count; i++)
            {
                Visit(node.Items[i], $"{path}.{i}");
            }
        }
    }

    private static List<string> Comments(string text) => [.. text.Split('\n').Where(line => line.Contains('#', StringComparison.Ordinal)).Select(line => line[line.IndexOf('#', StringComparison.Ordinal)..])];

    // Comments between the lines of a value go with it.
    private static int Inside(string text, YamlStep[] path)
    {
        var yaml = new YamlSplice(text);
        yaml.Remove(path);
        return text.Count(letter => letter == '\n') - yaml.ToString().Count(letter => letter == '\n');
    }
}
