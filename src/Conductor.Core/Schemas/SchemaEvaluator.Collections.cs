using System.Text.Json;
using Conductor.Text;

namespace Conductor.Schemas;

/// <summary>Checks of lists and objects.</summary>
internal sealed partial class SchemaEvaluator
{
    private const int MostNamesShown = 12;

    private void CheckArray(SchemaNode node, JsonElement array)
    {
        var length = array.GetArrayLength();
        if (length < node.MinItems)
        {
            Report($"must have at least {JsonValues.Count(node.MinItems.Value, "item")}; it has {length}");
        }

        if (length > node.MaxItems)
        {
            Report($"must have at most {JsonValues.Count(node.MaxItems.Value, "item")}; it has {length}");
        }

        if (node.PrefixItems.Count > 0 || node.Items is not null)
        {
            var index = 0;
            foreach (var item in array.EnumerateArray())
            {
                if ((index < node.PrefixItems.Count ? node.PrefixItems[index] : node.Items) is { } schema)
                {
                    _path.Push(index);
                    Check(schema, item);
                    _path.Pop();
                }

                index++;
            }
        }

        if (node.UniqueItems && length > 1)
        {
            CheckUnique(array);
        }

        if (node.Contains is { } wanted)
        {
            var matches = 0;
            foreach (var item in array.EnumerateArray())
            {
                matches += Probe(wanted, item) is null ? 1 : 0;
            }

            if (matches < node.MinContains)
            {
                Report($"must hold at least {JsonValues.Count(node.MinContains, "item")} of the kind that 'contains' describes; it holds {matches}");
            }

            if (matches > node.MaxContains)
            {
                Report($"must hold at most {JsonValues.Count(node.MaxContains.Value, "item")} of the kind that 'contains' describes; it holds {matches}");
            }
        }
    }

    private void CheckUnique(JsonElement array)
    {
        var seen = new Dictionary<int, List<(int Index, JsonElement Item)>>();
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            var hash = JsonValues.Hash(item);
            if (!seen.TryGetValue(hash, out var bucket))
            {
                seen[hash] = bucket = [];
            }

            foreach (var (earlier, other) in bucket)
            {
                if (++_steps > MostSteps)
                {
                    throw new StopException("is too much to check against its schema");
                }

                if (JsonElement.DeepEquals(other, item))
                {
                    Report($"must not hold the same item twice; items {earlier} and {index} are the same");
                    break;
                }
            }

            bucket.Add((index++, item));
        }
    }

    private void CheckObject(SchemaNode node, JsonElement value)
    {
        foreach (var name in node.Required)
        {
            if (!value.TryGetProperty(name, out _))
            {
                Report("is required", name);
            }
        }

        var count = 0;
        foreach (var member in value.EnumerateObject())
        {
            count++;
            CheckMember(node, member);
        }

        if (count < node.MinProperties)
        {
            Report($"must have at least {JsonValues.Count(node.MinProperties.Value, "member")}; it has {count}");
        }

        if (count > node.MaxProperties)
        {
            Report($"must have at most {JsonValues.Count(node.MaxProperties.Value, "member")}; it has {count}");
        }

        foreach (var (present, needed) in node.DependentRequired ?? Enumerable.Empty<KeyValuePair<string, IReadOnlyList<string>>>())
        {
            foreach (var name in value.TryGetProperty(present, out _) ? needed : [])
            {
                if (!value.TryGetProperty(name, out _))
                {
                    Report($"is required together with '{present}'", name);
                }
            }
        }

        foreach (var (present, schema) in node.DependentSchemas)
        {
            if (value.TryGetProperty(present, out _))
            {
                Check(schema, value);
            }
        }
    }

    private void CheckMember(SchemaNode node, JsonProperty member)
    {
        var name = member.Name;
        _path.Push(name);
        var known = node.Properties.TryGetValue(name, out var schema);
        if (known)
        {
            Check(schema!, member.Value);
        }

        foreach (var (pattern, patternSchema) in node.PatternProperties)
        {
            if (pattern.IsMatch(name) == true)
            {
                known = true;
                Check(patternSchema, member.Value);
            }
        }

        if (!known && node.AdditionalProperties is { } additional)
        {
            if (additional.Always == false)
            {
                Report($"unknown member '{JsonValues.Cut(name)}'{Known(node, name)}");
            }
            else
            {
                Check(additional, member.Value);
            }
        }

        if (node.PropertyNames is { } names)
        {
            foreach (var violation in Probe(names, JsonValues.FromText(name)) ?? [])
            {
                Add(violation with { Message = $"as a name {violation.Message}" });
            }
        }

        _path.Pop();
    }

    private static string Known(SchemaNode node, string name)
    {
        if (NearestName.Find(name, node.Properties.Keys) is { } nearest)
        {
            return $" (nearest: '{nearest}')";
        }

        var shown = string.Join(", ", node.Properties.Keys.Take(MostNamesShown).Select(known => $"'{known}'"));
        return shown.Length == 0 ? "" : $" (allowed: {shown}{(node.Properties.Count > MostNamesShown ? ", …" : "")})";
    }
}
