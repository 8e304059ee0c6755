using System.Text;

namespace Conductor.Host.Lab.Wires;

/// <summary>Breaks one JSON value where its structure is: members lost, twice, of other types, nested, taken from elsewhere.</summary>
/// <param name="donors">Values that are put in the place of others.</param>
/// <param name="names">Members' names, with their quotes.</param>
internal sealed class JsonMutator(IReadOnlyList<JsonTree> donors, IReadOnlyList<byte[]> names)
{
    // One in so many changes makes something long: what is not linear shows there.
    private const int LongOnes = 250;

    public byte[] Mutate(JsonTree original, Random random)
    {
        var holder = new JsonTree();
        holder.Items.Add(original.Clone());
        var places = new List<(JsonTree Parent, int Index)>();
        for (var i = random.Next(5) == 0 ? random.Next(2, 9) : 1; i > 0; i--)
        {
            places.Clear();
            holder.Collect(places);
            if (places.Count == 0)
            {
                break;
            }

            // The root, the first place, is broken seldom.
            var (parent, index) = places[places.Count == 1 || random.Next(40) == 0 ? 0 : random.Next(1, places.Count)];
            Change(parent, index, random);
        }

        return holder.Items.Count == 0 ? [] : holder.Items.Count == 1 ? holder.Items[0].ToBytes(random.Next(6) == 0 ? random : null) : [.. holder.Items.SelectMany(item => item.ToBytes())];
    }

    private void Change(JsonTree parent, int index, Random random)
    {
        var value = parent.Items[index];
        switch (random.Next(15))
        {
            case 0 or 1:
                Remove(parent, index);
                break;
            case 2:
                Insert(parent, random.Next(parent.Items.Count + 1), parent.IsObject ? parent.Names[index] : null, value.Clone());
                break;
            case 3:
                Insert(parent, random.Next(parent.Items.Count + 1), parent.IsObject ? Pick(names, random) : null, random.Next(2) == 0 ? Splinter(random) : Pick(donors, random).Clone());
                break;
            case 4 or 5 or 6:
                parent.Items[index] = Splinter(random);
                break;
            case 7:
                parent.Items[index] = Donor(random);
                break;
            case 8:
                parent.Items[index] = Nest(value, random);
                break;
            case 9 when parent.IsObject:
                parent.Names[index] = random.Next(4) == 0 ? Escaped(parent.Names[index], random) : random.Next(3) == 0 ? Torn(parent.Names[index], random) : Pick(names, random);
                break;
            case 10 when parent.Items.Count > 1:
                var other = random.Next(parent.Items.Count);
                (parent.Items[index], parent.Items[other]) = (parent.Items[other], parent.Items[index]);
                break;
            case 11 when value.Raw is null:
                Repeat(value, random);
                break;
            default:
                parent.Items[index] = value.Raw is [(byte)'"', ..] ? JsonTree.Value(Torn(value.Raw, random)) : value.Raw is not null ? Number(value.Raw, random) : Donor(random);
                break;
        }
    }

    private JsonTree Donor(Random random)
    {
        var places = new List<(JsonTree Parent, int Index)>();
        var donor = Pick(donors, random);
        donor.Collect(places);
        return places.Count == 0 ? donor.Clone() : Pick(places, random) is var (parent, index) ? parent.Items[index].Clone() : donor;
    }

    private static void Remove(JsonTree parent, int index)
    {
        parent.Items.RemoveAt(index);
        if (parent.IsObject)
        {
            parent.Names.RemoveAt(index);
        }
    }

    private static void Insert(JsonTree parent, int index, byte[]? name, JsonTree value)
    {
        parent.Items.Insert(index, value);
        if (name is not null)
        {
            parent.Names.Insert(index, name);
        }
    }

    private static void Repeat(JsonTree list, Random random)
    {
        if (list.Items.Count == 0)
        {
            return;
        }

        var (at, times) = (random.Next(list.Items.Count), random.Next(LongOnes) == 0 ? random.Next(100, 2_000) : random.Next(1, 5));
        for (var i = 0; i < times; i++)
        {
            // In an object half of them are members of their own.
            var name = !list.IsObject ? null : i % 2 == 0 ? list.Names[at] : Encoding.ASCII.GetBytes($"\"m{i}\"");
            Insert(list, random.Next(list.Items.Count + 1), name, list.Items[at]);
        }
    }

    private static JsonTree Nest(JsonTree value, Random random)
    {
        var depth = random.Next(8) == 0 ? random.Next(50, 140) : random.Next(LongOnes) == 0 ? random.Next(1_000, 60_000) : random.Next(1, 4);
        var isArray = random.Next(2) == 0;
        using var output = new MemoryStream();
        for (var i = 0; i < depth; i++)
        {
            output.Write(isArray ? "["u8 : "{\"a\":"u8);
        }

        output.Write(value.ToBytes());
        for (var i = random.Next(10) == 0 ? 1 : 0; i < depth; i++)
        {
            output.Write(isArray ? "]"u8 : "}"u8);
        }

        return JsonTree.Value(output.ToArray());
    }

    private static JsonTree Number(byte[] raw, Random random) => JsonTree.Value(random.Next(5) switch
    {
        0 => [(byte)'-', .. raw],
        1 => [.. raw, .. "e400"u8],
        2 => [.. raw, .. "0000000000000000000"u8],
        3 => [(byte)'"', .. raw, (byte)'"'],
        _ => [.. raw, .. ".5"u8],
    });

    // A text cut, written otherwise, with something in it, or very long.
    private static byte[] Torn(byte[] text, Random random)
    {
        var at = random.Next(1, text.Length);
        switch (random.Next(6))
        {
            case 0:
                return [.. text[..at], (byte)'"'];
            case 1:
                return Escaped(text, random);
            case 2 when random.Next(LongOnes / 10) == 0:
                var filling = new byte[random.Next(10_000, 120_000)];
                filling.AsSpan().Fill(Pick<byte>([(byte)'a', (byte)'\\', (byte)' ', 0xC3], random));
                return [.. text[..at], .. filling, .. text[at..]];
            default:
                return [.. text[..at], .. Pick(Splinters.Texts, random), .. text[at..]];
        }
    }

    private static byte[] Escaped(byte[] text, Random random)
    {
        var at = random.Next(text.Length);
        return text[at] is (byte)'"' or (byte)'\\' or >= 0x80 || (at > 0 && text[at - 1] == (byte)'\\')
            ? text
            : [.. text[..at], .. Encoding.ASCII.GetBytes($"\\u{text[at]:x4}"), .. text[(at + 1)..]];
    }

    private static JsonTree Splinter(Random random) => JsonTree.Value(Pick(Splinters.All, random));

    private static T Pick<T>(IReadOnlyList<T> from, Random random) => from[random.Next(from.Count)];
}
