using System.Globalization;
using Mono.Cecil;

namespace Barrel.Nano.Tests.Interpreter;

/// <summary>What nanoFramework has in native code, of the surface.</summary>
internal sealed class Natives
{
    private readonly Machine _machine;
    private readonly Dictionary<string, Func<Slot[], Slot>> _methods;

    public Natives(Machine machine)
    {
        _machine = machine;
        _methods = new Dictionary<string, Func<Slot[], Slot>>
        {
            ["System.Object::.ctor/0"] = _ => default,
            ["System.Object::ToString/0"] = a => Text(a[0].Object?.ToString()),
            ["System.Array::Copy/3"] = a => Copy(a[0], 0, a[1], 0, a[2].Int),
            ["System.Array::Copy/5"] = a => Copy(a[0], a[1].Int, a[2], a[3].Int, a[4].Int),
            ["System.Array::Clear/3"] = a => Clear(a),
            ["System.Array::get_Length/0"] = a => Slot.Of(((Array)a[0].Object!).Length),
            ["System.BitConverter::ToUInt64/2"] = a => new Slot { Number = (long)BitConverter.ToUInt64((byte[])a[0].Object!, a[1].Int), Kind = Kind.UInt64 },
            ["System.String::.ctor/3"] = a => Text(new string([.. ((ushort[])a[1].Object!).Skip(a[2].Int).Take(a[3].Int).Select(c => (char)c)])),
            ["System.String::get_Length/0"] = a => Slot.Of(((string)a[0].Object!).Length),
            ["System.String::ToString/0"] = a => a[0],
            ["System.String::StartsWith/1"] = a => Slot.Of(((string)a[0].Object!).StartsWith((string)a[1].Object!, StringComparison.Ordinal) ? 1 : 0),
            ["System.Int32::ToString/1"] = a => Text(((int)((Slot[])a[0].Object!)[a[0].Int].Number).ToString((string)a[1].Object!, CultureInfo.InvariantCulture)),
            ["System.String::op_Equality/2"] = a => Slot.Of((string?)a[0].Object == (string?)a[1].Object ? 1 : 0),
            ["System.String::op_Inequality/2"] = a => Slot.Of((string?)a[0].Object != (string?)a[1].Object ? 1 : 0),
            ["System.Runtime.CompilerServices.RuntimeHelpers::InitializeArray/2"] = Initialize,
            ["System.Diagnostics.Debug::WriteLine/1"] = Write,
            ["System.Threading.Monitor::Enter/2"] = Enter,
            ["System.Threading.Monitor::Exit/1"] = _ => default,
        };
        foreach (string type in new[] { "Byte", "Int32", "UInt32", "Int64", "UInt64" })
            _methods[$"System.{type}::ToString/0"] = a => Text(Number(a[0]));
        for (int count = 1; count <= 4; count++)
            _methods[$"System.String::Concat/{count}"] = a => Text(string.Concat(a.SelectMany(Parts)));
    }

    public Slot Call(MethodDefinition method, Slot[] arguments)
    {
        string name = $"{method.DeclaringType.FullName}::{method.Name}/{method.Parameters.Count}";
        if (_machine.Devices.TryGetValue(name, out Func<Slot[], Slot>? device))
            return device(arguments);
        return _methods.TryGetValue(name, out Func<Slot[], Slot>? native) ? native(arguments) : throw new NotSupportedException($"{name} has no body");
    }

    private static IEnumerable<string> Parts(Slot value) => value.Object is object?[] all ? all.Select(o => Part(o)) : [Part(value.Object)];

    private static string Part(object? value) => value switch
    {
        null => "",
        string text => text,
        Boxed boxed => Number(boxed.Value),
        Instance instance => instance.Type.FullName,
        _ => value.ToString() ?? "",
    };

    private static string Number(Slot value)
    {
        if (value.Kind == Kind.Address)
            value = ((Slot[])value.Object!)[value.Int];
        return value.Kind == Kind.UInt64 ? ((ulong)value.Number).ToString(CultureInfo.InvariantCulture) : value.Number.ToString(CultureInfo.InvariantCulture);
    }

    private Slot Text(string? text)
    {
        if (text is not null)
            _machine.Memory.Took(text);
        return Slot.Of(text);
    }

    private Slot Write(Slot[] arguments)
    {
        _machine.Lines.Add((string?)arguments[0].Object ?? "");
        return default;
    }

    private static Slot Enter(Slot[] arguments)
    {
        ((Slot[])arguments[1].Object!)[arguments[1].Int] = Slot.Of(1);
        return default;
    }

    private Slot Copy(Slot from, int fromIndex, Slot to, int toIndex, int count)
    {
        Array source = (Array)from.Object!, target = (Array)to.Object!;
        if (source.GetType() != target.GetType() || fromIndex < 0 || toIndex < 0 || count < 0 || fromIndex + count > source.Length || toIndex + count > target.Length)
            throw _machine.Thrown("System.IndexOutOfRangeException");
        Array.Copy(source, fromIndex, target, toIndex, count);
        return default;
    }

    private static Slot Clear(Slot[] arguments)
    {
        Array.Clear((Array)arguments[0].Object!, arguments[1].Int, arguments[2].Int);
        return default;
    }

    private static Slot Initialize(Slot[] arguments)
    {
        byte[] data = ((FieldDefinition)arguments[1].Object!).InitialValue;
        Buffer.BlockCopy(data, 0, (Array)arguments[0].Object!, 0, Buffer.ByteLength((Array)arguments[0].Object!));
        return default;
    }
}
