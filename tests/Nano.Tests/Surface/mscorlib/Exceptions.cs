namespace System
{
    public class Exception
    {
        private string _message;
        private Exception _inner;

        public Exception()
        {
        }

        public Exception(string message)
        {
            _message = message;
        }

        public Exception(string message, Exception innerException)
        {
            _message = message;
            _inner = innerException;
        }

        public virtual string Message
        {
            get { return _message; }
        }

        public Exception InnerException
        {
            get { return _inner; }
        }
    }

    public class SystemException : Exception
    {
        public SystemException()
        {
        }

        public SystemException(string message)
            : base(message)
        {
        }
    }

    public class IndexOutOfRangeException : SystemException
    {
    }

    public class NullReferenceException : SystemException
    {
    }

    public class OutOfMemoryException : SystemException
    {
    }

    public class InvalidOperationException : SystemException
    {
        public InvalidOperationException(string message)
            : base(message)
        {
        }
    }

    public class TimeoutException : SystemException
    {
    }
}

namespace System.IO
{
    public class IOException : SystemException
    {
    }
}
