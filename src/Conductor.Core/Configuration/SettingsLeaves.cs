using System.Collections;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Conductor.Audit;
using Conductor.Money;
using Conductor.Security;
using Conductor.Settings;
using Microsoft.Extensions.Configuration;

namespace Conductor.Configuration;

/// <summary>Settings as single values by their paths: what each is for people, with secrets as `***`, and what it is to be compared by.</summary>
internal static class SettingsLeaves
{
    private static readonly string[] Shown = ["base_url", "endpoint", "api_version", "organization", "project", "region", "location", "timeout", "plugin", "price"];

    /// <summary>Every value of the settings. The first parts of its path name the thing that it belongs to: `providers`, then the provider's name.</summary>
    public static List<SettingsLeaf> Of(ConductorSettings settings)
    {
        List<SettingsLeaf> leaves = [];
        foreach (var property in Properties(typeof(ConductorSettings)))
        {
            Add(leaves, [NameOf(property)], property.GetValue(settings));
        }

        return leaves;
    }

    private static void Add(List<SettingsLeaf> leaves, string[] path, object? value)
    {
        switch (value)
        {
            case null:
                break;
            case Secret secret:
                leaves.Add(new SettingsLeaf(path, AuditMask.Masked, Digest(Encoding.UTF8.GetBytes(secret.Reveal()))));
                break;
            case ReadOnlyMemory<byte> hash:
                leaves.Add(new SettingsLeaf(path, AuditMask.Masked, Digest(hash.Span)));
                break;
            case IConfiguration section:
                AddSection(leaves, path, section);
                break;
            case string text when path[^1] == "fingerprint":
                leaves.Add(new SettingsLeaf(path, AuditMask.Masked, text));
                break;
            case string or bool or Enum or TimeSpan or DateTimeOffset or NanoUsd or Uri or IPNetwork or decimal or double or int or long:
                AddText(leaves, path, Text(value));
                break;
            case IDictionary map:
                AddMap(leaves, path, map);
                break;
            case IEnumerable list:
                AddList(leaves, path, [.. list.Cast<object>()]);
                break;
            default:
                AddMembers(leaves, path, value);
                break;
        }
    }

    private static void AddMembers(List<SettingsLeaf> leaves, string[] path, object value)
    {
        leaves.Add(new SettingsLeaf(path, "", "")); // that it is there at all
        foreach (var property in Properties(value.GetType()))
        {
            Add(leaves, [.. path, NameOf(property)], property.GetValue(value));
        }
    }

    private static void AddMap(List<SettingsLeaf> leaves, string[] path, IDictionary map)
    {
        foreach (DictionaryEntry entry in map)
        {
            Add(leaves, [.. path, (string)entry.Key], entry.Value);
        }
    }

    private static void AddList(List<SettingsLeaf> leaves, string[] path, List<object> items)
    {
        if (items.TrueForAll(item => item is string or IPNetwork))
        {
            if (items.Count > 0)
            {
                AddText(leaves, path, $"[{string.Join(", ", items)}]");
            }

            return;
        }

        HashSet<string> taken = [];
        for (var i = 0; i < items.Count; i++)
        {
            var name = Identity(items[i]) ?? i.ToString(CultureInfo.InvariantCulture);
            Add(leaves, [.. path, taken.Add(name) ? name : $"{name}#{i.ToString(CultureInfo.InvariantCulture)}"], items[i]);
        }
    }

    // A plugin's own settings are the plugin's to know: what is not known to be harmless is compared, and not shown.
    private static void AddSection(List<SettingsLeaf> leaves, string[] path, IConfiguration section)
    {
        foreach (var (key, value) in section.AsEnumerable(makePathsRelative: true).Where(pair => pair.Value is not null))
        {
            string[] names = [.. path[..^1], .. key.Split(':')];
            if (!names[path.Length..].Any(AuditMask.IsSecret) && !AuditMask.IsSecret(names[path.Length - 1])
                && (Shown.Contains(names[^1], StringComparer.Ordinal) || bool.TryParse(value, out _) || decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
            {
                AddText(leaves, names, Uri.TryCreate(value, UriKind.Absolute, out var address) && address.UserInfo.Length > 0 ? $"{address.Scheme}://{AuditMask.Masked}@{address.Authority}{address.AbsolutePath}" : value!);
            }
            else
            {
                leaves.Add(new SettingsLeaf(names, AuditMask.Masked, Digest(Encoding.UTF8.GetBytes(value!))));
            }
        }
    }

    private static void AddText(List<SettingsLeaf> leaves, string[] path, string text) => leaves.Add(new SettingsLeaf(path, text, text));

    private static string? Identity(object item) => item switch
    {
        CallerKeySettings key => $"{key.Tenant}/{key.Name}",
        CatalogModelSettings model => $"{model.Provider}/{model.Model}",
        BudgetSettings budget => $"{Text(budget.Per)}{(budget.Mode == BudgetMode.Soft ? " (soft)" : "")}",
        AliasTargetSettings target => target.Model,
        PriceSettings { ValidFrom: { } from } => $"from {Text(from)}",
        _ => null,
    };

    private static string Text(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        Enum word => NameOf(word.ToString()),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        Uri address => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped),
        decimal amount => amount.ToString("G29", CultureInfo.InvariantCulture), // 2.0 is 2
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    // What can be set; what follows from it is told by it.
    private static IEnumerable<PropertyInfo> Properties(Type type) => type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
        .Where(property => property.CanWrite && property.GetIndexParameters().Length == 0 && !(type == typeof(ProviderSettings) && property.Name == nameof(ProviderSettings.Keys))
            && !(type == typeof(CallerKeySettings) && property.Name is nameof(CallerKeySettings.Place))
            && !(type == typeof(TenantSettings) && property.Name is nameof(TenantSettings.Concurrency))); // also one of its limits

    private static string NameOf(PropertyInfo property) => NameOf(property.Name);

    private static string NameOf(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name)
        {
            _ = char.IsUpper(letter) && text.Length > 0 ? text.Append('_').Append(char.ToLowerInvariant(letter)) : text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }

    private static string Digest(ReadOnlySpan<byte> value) => Convert.ToHexStringLower(SHA256.HashData(value));
}

/// <summary>One value of the settings.</summary>
/// <param name="Path">Names from the outermost on.</param>
/// <param name="Shown">What people are told it is.</param>
/// <param name="Compared">Another one exactly where the value is another.</param>
internal sealed record SettingsLeaf(string[] Path, string Shown, string Compared);
