using System.Text.Json;
using System.Text.Json.Nodes;
using Conductor.Configuration;
using Conductor.Schemas;

namespace Conductor.Core.Tests.Schemas;

/// <summary>Damaged schemas and values: a schema compiles or is refused, a value is valid or has violations; nothing else happens.</summary>
public sealed class JsonSchemaFuzzTests
{
    [Fact]
    public void CompileAndValidate_DamagedSchemas_RefuseOrAnswer()
    {
        var random = new Random(20261120);
        var (refused, compiled, violations) = (0, 0, 0);
        using var instance = JsonDocument.Parse("""{"server":{"listen":"x"},"providers":{"a":{"plugin":1,"keys":["k",{}]}},"cache":{"exact":{"ttl":"1h"}},"catalog":[{"model":"m"},1,null],"aliases":{"f":{"targets":[]}}}""");
        for (var round = 0; round < 2_000; round++)
        {
            var node = JsonNode.Parse(SettingsLoader.Schemas.Values.ElementAt(random.Next(3)))!;
            for (var edits = random.Next(1, 6); edits > 0; edits--)
            {
                Damage(node, random);
            }

            try
            {
                var schema = JsonSchema.Compile(node.ToJsonString());
                compiled++;
                violations += schema.Validate(instance.RootElement).Count;
            }
            catch (JsonSchemaException failure)
            {
                refused++;
                Assert.StartsWith("#", failure.Message, StringComparison.Ordinal);
            }
        }

        Assert.True(refused > 100 && compiled > 100 && violations > 1_000, $"{refused} refused, {compiled} compiled, {violations} violations");
    }

    // Walks to some place of the tree and changes what is there.
    private static void Damage(JsonNode node, Random random)
    {
        while (true)
        {
            switch (node)
            {
                case JsonObject { Count: > 0 } members:
                    var name = members.ElementAt(random.Next(members.Count)).Key;
                    if (members[name] is JsonObject or JsonArray && random.Next(5) > 0)
                    {
                        node = members[name]!;
                        continue;
                    }

                    Change(random, () => members.Remove(name), value => members[name] = value);
                    return;
                case JsonArray { Count: > 0 } items:
                    var index = random.Next(items.Count);
                    if (items[index] is JsonObject or JsonArray && random.Next(5) > 0)
                    {
                        node = items[index]!;
                        continue;
                    }

                    Change(random, () => items.RemoveAt(index), value => items[index] = value);
                    return;
                default:
                    return;
            }
        }
    }

    private static void Change(Random random, Action remove, Action<JsonNode?> replace)
    {
        switch (random.Next(9))
        {
            case 0:
                remove();
                break;
            case 1:
                replace(null);
                break;
            case 2:
                replace(-1);
                break;
            case 3:
                replace("(");
                break;
            case 4:
                replace(new JsonArray());
                break;
            case 5:
                replace(new JsonObject { ["$ref"] = "#" });
                break;
            case 6:
                replace(random.Next(2) == 0);
                break;
            case 7:
                replace(new JsonObject { ["not"] = new JsonObject { ["$ref"] = "#/properties" } });
                break;
            default:
                replace("object");
                break;
        }
    }
}
