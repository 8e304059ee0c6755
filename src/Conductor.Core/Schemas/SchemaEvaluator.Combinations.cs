using System.Text.Json;

namespace Conductor.Schemas;

/// <summary>Checks that combine schemas.</summary>
internal sealed partial class SchemaEvaluator
{
    private const int MostAlternativesShown = 6;

    private void CheckCombinations(SchemaNode node, JsonElement value)
    {
        foreach (var part in node.AllOf)
        {
            Check(part, value);
        }

        if (node.AnyOf.Count > 0)
        {
            CheckAlternatives(node.AnyOf, value, onlyOne: false);
        }

        if (node.OneOf.Count > 0)
        {
            CheckAlternatives(node.OneOf, value, onlyOne: true);
        }

        if (node.Not is { } forbidden && Probe(forbidden, value) is null)
        {
            Report("must not be of the kind that 'not' describes");
        }

        if (node.If is { } condition && (node.Then is not null || node.Else is not null))
        {
            if ((Probe(condition, value) is null ? node.Then : node.Else) is { } consequence)
            {
                Check(consequence, value);
            }
        }
    }

    private void CheckAlternatives(IReadOnlyList<SchemaNode> alternatives, JsonElement value, bool onlyOne)
    {
        var failures = new List<List<SchemaViolation>>(alternatives.Count);
        var matched = new List<int>();
        for (var i = 0; i < alternatives.Count; i++)
        {
            if (Probe(alternatives[i], value) is { } failure)
            {
                failures.Add(failure);
                continue;
            }

            matched.Add(i + 1);
            if (!onlyOne)
            {
                return;
            }
        }

        if (matched.Count == 1)
        {
            return;
        }

        if (matched.Count > 1)
        {
            Report($"must match exactly one of {alternatives.Count} alternatives; it matches {matched.Count}: number {string.Join(" and ", matched)}");
            return;
        }

        // When only one alternative is of the value's kind, its complaints are what the writer wants to read.
        var sameKind = failures.Where((_, index) => IsOfKind(alternatives[index], value)).ToList();
        if (sameKind.Count == 1 || failures.Count == 1)
        {
            (sameKind.Count == 1 ? sameKind[0] : failures[0]).ForEach(Add);
            return;
        }

        var here = _path.Render();
        var reasons = failures.Select(failure => failure[0]).Select(first => first.Path == here ? first.Message : first.ToString()).Distinct().Take(MostAlternativesShown).ToList();
        Report(reasons.Count == 1 ? reasons[0] : $"matches none of its {alternatives.Count} alternatives: {string.Join("; or ", reasons)}");
    }

    private static bool IsOfKind(SchemaNode node, JsonElement value)
    {
        // Bounded: a chain of references that bites its own tail would have stopped the probe before.
        for (var i = 0; node.Ref is { } reference && i < DeepestNesting; i++)
        {
            node = reference;
        }

        return node.Always is null && (node.Types == JsonKinds.None || node.Types.Takes(value));
    }
}
