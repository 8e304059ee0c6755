using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Conductor.Configuration;

/// <summary>Makes a plugin's own section from the nodes below its name, texts as they were written.</summary>
internal static class SectionBuilder
{
    /// <summary>A section of all members but those in <paramref name="without"/>.</summary>
    public static IConfiguration Build(SettingsNode? node, params string[] without)
    {
        List<KeyValuePair<string, string?>> entries = [];
        foreach (var member in node?.Members ?? [])
        {
            if (!without.Contains(member.Name, StringComparer.OrdinalIgnoreCase))
            {
                Add(entries, member.Name, member.Value);
            }
        }

        return new ConfigurationBuilder().AddInMemoryCollection(entries).Build();
    }

    /// <summary>A digest of everything below the node: equal entries have equal digests, whatever the order of their members.</summary>
    public static string Fingerprint(SettingsNode? node)
    {
        List<KeyValuePair<string, string?>> entries = [];
        foreach (var member in node?.Members ?? [])
        {
            Add(entries, member.Name, member.Value);
        }

        var text = new StringBuilder();
        foreach (var (key, value) in entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            text.Append(key.Length).Append(':').Append(key).Append('=').Append(value?.Length ?? -1).Append(':').Append(value).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static void Add(List<KeyValuePair<string, string?>> entries, string key, SettingsNode node)
    {
        switch (node.Kind)
        {
            case SettingsNodeKind.Scalar:
                entries.Add(new(key, node is { IsQuoted: false } && SettingsScalar.IsNull(node.Text) ? null : node.Text));
                break;
            case SettingsNodeKind.List:
                for (var i = 0; i < node.Items.Count; i++)
                {
                    Add(entries, ConfigurationPath.Combine(key, i.ToString(System.Globalization.CultureInfo.InvariantCulture)), node.Items[i]);
                }

                break;
            default:
                foreach (var member in node.Members)
                {
                    Add(entries, ConfigurationPath.Combine(key, member.Name), member.Value);
                }

                break;
        }
    }
}
