using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conductor.Providers.Local.Encoder.Kernels;

/// <summary>Numbers at one place in memory, at the start of a cache line. They live as long as this object is referenced: keep it alive beyond the last use of the pointer.</summary>
internal sealed unsafe class AlignedBuffer<T>
    where T : unmanaged
{
    private const int CacheLine = 64;

    private readonly byte[] _memory; // the garbage collector's, so that nothing is left behind when a plugin leaves

    /// <summary>Makes room; what is in it is not defined.</summary>
    public AlignedBuffer(int length)
    {
        Length = length;
        _memory = GC.AllocateUninitializedArray<byte>(checked((length * Unsafe.SizeOf<T>()) + CacheLine), pinned: true);
        var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        Pointer = (T*)((address + CacheLine - 1) & ~(nuint)(CacheLine - 1));
    }

    public T* Pointer { get; }

    public int Length { get; }

    public Span<T> Span => new(Pointer, Length);
}
