using System.Globalization;
using Conductor.Text;
using Microsoft.Extensions.Configuration;

namespace Conductor.Configuration;

/// <summary>Turns a section of Microsoft.Extensions.Configuration into nodes. Every scalar is text there; the schema says later what it means.</summary>
internal static class ConfigurationReader
{
    private const int Deepest = 64;
    private static readonly string[] DocumentNames = ["conductor", "models", "tenants"];

    /// <summary>The trees of `conductor`, `models` and `tenants`, in this order, out of members that stand side by side.</summary>
    public static IReadOnlyList<SettingsNode> Documents(IConfiguration configuration, string file, ProblemList problems)
    {
        // A program's root configuration holds the whole environment: only what is Conductor's counts there. A section is Conductor's altogether.
        var section = configuration.GetSection("Conductor");
        var isOwn = section.GetChildren().Any() || configuration is IConfigurationSection;
        var members = (section.GetChildren().Any() ? section : configuration).GetChildren();

        var guides = DocumentNames.Select(name => SchemaGuide.For(SettingsSchemas.Of(name).Root)!).ToList();
        var documents = guides.Select(_ => SettingsNode.Object()).ToList();
        var names = guides.SelectMany(guide => guide.Names).ToList();
        foreach (var child in members)
        {
            var index = guides.FindIndex(guide => guide.Names.Contains(guide.Spelling(child.Key)));
            if (index >= 0 && (isOwn || child.GetChildren().Any()))
            {
                documents[index].Members.Add(new SettingsMember(child.Key, null, Node(child, 0)));
            }
            else if (isOwn || (child.GetChildren().Any() && NearestName.Find(child.Key, names) is { } near && near.Length > 4 && Math.Abs(near.Length - child.Key.Length) <= 1))
            {
                problems.Add(file, null, child.Key, $"unknown member '{child.Key}'{NearestName.Hint(child.Key, names)}");
            }
        }

        for (var i = 0; i < documents.Count; i++)
        {
            Respell(documents[i], guides[i]);
        }

        return documents;
    }

    /// <summary>Gives members the spelling of the schema: `MaxAttempts` becomes `max_attempts`.</summary>
    private static void Respell(SettingsNode node, SchemaGuide? guide)
    {
        for (var i = 0; i < node.Members.Count && guide is not null; i++)
        {
            var member = node.Members[i];
            node.Members[i] = member with { Name = guide.Spelling(member.Name) };
            Respell(member.Value, guide.Member(node.Members[i].Name));
        }

        foreach (var item in node.Items)
        {
            Respell(item, guide?.Item());
        }
    }

    private static SettingsNode Node(IConfigurationSection section, int depth)
    {
        var children = depth < Deepest ? section.GetChildren().ToList() : [];
        if (children.Count == 0)
        {
            return SettingsNode.Scalar(section.Value ?? "");
        }

        // Lists are members named 0, 1, 2 … to the configuration system.
        var indexes = children.Select(child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1).ToList();
        if (indexes.TrueForAll(index => index >= 0))
        {
            var list = SettingsNode.List();
            list.Items.AddRange(children.Zip(indexes).OrderBy(pair => pair.Second).Select(pair => Node(pair.First, depth + 1)));
            return list;
        }

        var node = SettingsNode.Object();
        node.Members.AddRange(children.Select(child => new SettingsMember(child.Key, null, Node(child, depth + 1))));
        return node;
    }
}
